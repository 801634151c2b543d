// What the command lines of both services share: CLI11 with a TOML file and PKTFERRY_* environment behind it.
//
// Order of precedence: command line, environment, file, default. An option --some-name is PKTFERRY_SOME_NAME in the
// environment and some-name in the file; an option --some-name of a subcommand `verb` is PKTFERRY_VERB_SOME_NAME and
// some-name in the file's table [verb]. A wrong key or value anywhere is exit code 2 and one line on stderr that names
// the key, the value and what is allowed. Variables of other PKTFERRY_* names are not looked at: Kubernetes sets
// PKTFERRY_…_PORT and the like for every Service whose name begins with pktferry.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "shared/service/log.hpp"

namespace pktferry::service {

// A value that parses but cannot be used. One line: key, value, remedy. main() turns it into exit code 2.
class SettingsError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CommonSettings {
  std::string ring_directory;
  std::string listen;  // HOST:PORT, or "none"
  spdlog::level::level_enum log_level = spdlog::level::info;
  LogFormat log_format = LogFormat::kText;
  bool check = false;  // validate and exit
};

// Adds --ring, --listen, --config, --log-level, --log-format, --check and --version to the app. `settings` must outlive
// the app.
void add_common_options(CLI::App& app, CommonSettings& settings, const std::string& default_listen);

// Gives every option of the app (and of its subcommands) its PKTFERRY_* name. Call after the last option was added.
void bind_environment(CLI::App& app);

// Parses; the exit code where the process should end now (help, version: 0; a wrong word: 2, with one line on stderr),
// else nothing. SettingsErrors that an option's callback throws are reported in the same way.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv);

}  // namespace pktferry::service
