#include "shared/service/settings.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <istream>
#include <memory>
#include <utility>
#include <vector>

#include "shared/ring/ring_directory.hpp"
#include "shared/service/version.hpp"

namespace pktferry::service {
namespace {

// An unset and an empty variable are the same, as they are for CLI11.
std::string environment(const std::string& name) {
  const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::string environment_name(std::string option_name) {
  std::transform(option_name.begin(), option_name.end(), option_name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return option_name;
}

// CLI11's TOML reader with the two things it lacks: it lets the environment win over the file (CLI11 reads the file
// first and then leaves alone what is set), and it names the file along with a key that does not exist.
class SettingsFile : public CLI::ConfigTOML {
 public:
  explicit SettingsFile(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> settings = CLI::ConfigTOML::from_config(input);
    std::erase_if(settings, [this](const CLI::ConfigItem& item) {
      if (item.name == "++" || item.name == "--") return false;  // CLI11's marks around a table
      return !environment(option_of(item).get_envname()).empty();
    });
    return settings;
  }

 private:
  const CLI::Option& option_of(const CLI::ConfigItem& item) const {
    const CLI::App* app = &app_;
    for (const std::string& table : item.parents) {
      const auto found = app->get_subcommands([&](const CLI::App* candidate) { return candidate->check_name(table); });
      if (found.empty()) throw unknown("table [" + table + "]");
      app = found.front();
    }
    const CLI::Option* option = item.name.size() > 1 ? app->get_option_no_throw("--" + item.name) : nullptr;
    if (option == nullptr) throw unknown("key '" + item.fullname() + "'");
    return *option;
  }

  CLI::ConfigError unknown(const std::string& what) const {
    const std::string file = app_.get_config_ptr()->as<std::string>();
    return CLI::ConfigError("--config " + file + ": there is no " + what, CLI::ExitCodes::ConfigError);
  }

  const CLI::App& app_;
};

// CLI11 2.4 passes over a variable whose value a validator refuses: here it is refused.
void refuse_what_the_environment_has_wrong(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string value = option->count() == 0 ? environment(option->get_envname()) : "";
    if (value.empty()) continue;
    option->add_result(value);
    option->run_callback();
  }
  for (CLI::App* subcommand : app.get_subcommands()) refuse_what_the_environment_has_wrong(*subcommand);
}

int usage_error(const CLI::App& app, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << app.get_name() << ": " << message << '\n';
  return 2;
}

}  // namespace

void add_common_options(CLI::App& app, CommonSettings& settings, const std::string& default_listen) {
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_version_flag("--version", app.get_name() + ' ' + version(), "Print the version and exit");

  settings.ring_directory = ring::kDefaultDirectory;
  settings.listen = default_listen;
  app.add_option("--ring", settings.ring_directory, "Directory of the ring, on a tmpfs")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--listen", settings.listen, "Where /metrics, /healthz, /readyz and /status are served, or none")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--log-level", [&settings](const std::string& name) { settings.log_level = spdlog::level::from_str(name); },
         "Least severe lines that are logged")
      ->check(CLI::IsMember(std::vector<std::string>{"debug", "info", "warn", "error"}))
      ->type_name("LEVEL")
      ->default_str("info");
  app.add_option_function<std::string>(
         "--log-format",
         [&settings](const std::string& name) {
           settings.log_format = name == "json" ? LogFormat::kJson : LogFormat::kText;
         },
         "Format of the log on stderr")
      ->check(CLI::IsMember(std::vector<std::string>{"text", "json"}))
      ->type_name("FORMAT")
      ->default_str("text");
  app.add_flag("--check", settings.check, "Validate the settings and exit");

  // The file's own name comes from the environment as the "default": CLI11 reads the file before the environment. A
  // file that was named must exist.
  const std::string file = environment("PKTFERRY_CONFIG");
  app.set_config("--config", file, "Settings in TOML: keys are the long options", !file.empty())->type_name("FILE");
  app.config_formatter(std::make_shared<SettingsFile>(app));
  app.allow_config_extras(CLI::config_extras_mode::error);
}

void bind_environment(CLI::App& app) {
  const bool is_subcommand = app.get_parent() != nullptr;
  const std::string prefix = "PKTFERRY_" + (is_subcommand ? environment_name(app.get_name()) + '_' : "");
  for (CLI::Option* option : app.get_options()) {
    if (option == app.get_help_ptr() || option == app.get_version_ptr() || option == app.get_config_ptr()) continue;
    const auto& names = option->get_lnames();
    if (!names.empty()) option->envname(prefix + environment_name(names.front()));
  }
  for (CLI::App* subcommand : app.get_subcommands({})) bind_environment(*subcommand);
}

std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    refuse_what_the_environment_has_wrong(app);
    return std::nullopt;
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, std::string(error.what()) + " (see " + app.get_name() + " --help)");
  } catch (const SettingsError& error) {
    return usage_error(app, error.what());
  }
}

}  // namespace pktferry::service
