#include "shared/service/settings.hpp"

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace pktferry::service {
namespace {

using namespace std::string_literals;

class Environment {
 public:
  Environment(std::initializer_list<std::pair<std::string, std::string>> variables) : variables_(variables) {
    for (const auto& [name, value] : variables_) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : variables_) unsetenv(name.c_str());
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::vector<std::pair<std::string, std::string>> variables_;
};

// A service with one option of each sort.
struct Outcome {
  std::optional<int> exit_code;
  std::string errors;
  std::string output;
  CommonSettings common;
  int lanes = 4;
  std::string filter;
  bool promiscuous = true;
  std::string format = "table";
  bool status = false;
};

Outcome parse_words(std::vector<std::string> words) {
  Outcome outcome;
  CLI::App app{"A service", "test-svc"};
  add_common_options(app, outcome.common, "127.0.0.1:9999");
  app.add_option("--lanes", outcome.lanes, "Lanes")->check(CLI::Range(1, 64));
  app.add_option("-f,--filter", outcome.filter, "Filter");
  app.add_flag("--promiscuous,!--no-promiscuous", outcome.promiscuous, "Promiscuous mode");
  CLI::App* status = app.add_subcommand("status", "Status");
  status->fallthrough();
  status->add_option("--format", outcome.format, "Format")->check(CLI::IsMember({"table", "json"}));
  bind_environment(app);

  std::vector<const char*> argv{"test-svc"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  outcome.exit_code = parse(app, static_cast<int>(argv.size()), argv.data());
  outcome.errors = ::testing::internal::GetCapturedStderr();
  outcome.output = ::testing::internal::GetCapturedStdout();
  outcome.status = app.got_subcommand(status);
  return outcome;
}

class SettingsFileTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string file = directory_ / "settings.toml";
    std::ofstream(file) << text;
    return file;
  }
  testing::TempDir directory_;
};

void expect_one_line_that_names(const Outcome& outcome, const std::vector<std::string>& words) {
  EXPECT_EQ(outcome.exit_code, 2);
  ASSERT_FALSE(outcome.errors.empty());
  EXPECT_EQ(outcome.errors.find('\n'), outcome.errors.size() - 1) << outcome.errors;
  EXPECT_TRUE(outcome.errors.starts_with("test-svc: ")) << outcome.errors;
  for (const std::string& word : words) EXPECT_NE(outcome.errors.find(word), std::string::npos) << outcome.errors;
}

TEST(Settings, DefaultsHoldWithoutAWord) {
  const Outcome outcome = parse_words({});
  EXPECT_EQ(outcome.exit_code, std::nullopt);
  EXPECT_EQ(outcome.common.ring_directory, "/dev/shm/pktferry");
  EXPECT_EQ(outcome.common.listen, "127.0.0.1:9999");
  EXPECT_EQ(outcome.common.log_level, spdlog::level::info);
  EXPECT_EQ(outcome.common.log_format, LogFormat::kText);
  EXPECT_FALSE(outcome.common.check);
}

TEST(Settings, CommandLineSetsEveryCommonOption) {
  const Outcome outcome = parse_words(
      {"--ring", "/r", "--listen=none", "--log-level", "error", "--log-format", "json", "--check", "--no-promiscuous"});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.common.ring_directory, "/r");
  EXPECT_EQ(outcome.common.listen, "none");
  EXPECT_EQ(outcome.common.log_level, spdlog::level::err);
  EXPECT_EQ(outcome.common.log_format, LogFormat::kJson);
  EXPECT_TRUE(outcome.common.check);
  EXPECT_FALSE(outcome.promiscuous);
}

TEST_F(SettingsFileTest, FileOverridesTheDefault) {
  const Outcome outcome = parse_words({"--config", write("# a comment\nlanes = 8\nfilter = \"tcp port 80, or not\"\n"
                                                         "promiscuous = false\nlog-level = 'debug'\n")});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.lanes, 8);
  EXPECT_EQ(outcome.filter, "tcp port 80, or not");
  EXPECT_FALSE(outcome.promiscuous);
  EXPECT_EQ(outcome.common.log_level, spdlog::level::debug);
}

TEST_F(SettingsFileTest, EnvironmentOverridesTheFile) {
  const Environment environment{{"PKTFERRY_LANES", "16"}, {"PKTFERRY_PROMISCUOUS", "true"}};
  const Outcome outcome = parse_words({"--config", write("lanes = 8\npromiscuous = false\n")});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.lanes, 16);
  EXPECT_TRUE(outcome.promiscuous);
}

TEST_F(SettingsFileTest, CommandLineOverridesEnvironmentAndFile) {
  const Environment environment{{"PKTFERRY_LANES", "16"}, {"PKTFERRY_LOG_LEVEL", "error"}};
  const Outcome outcome = parse_words({"--lanes", "32", "--log-level=debug", "--config", write("lanes = 8\n")});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.lanes, 32);
  EXPECT_EQ(outcome.common.log_level, spdlog::level::debug);
}

TEST_F(SettingsFileTest, FileMayBeNamedByTheEnvironment) {
  const Environment environment{{"PKTFERRY_CONFIG", write("lanes = 8\n")}};
  const Outcome outcome = parse_words({});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.lanes, 8);
}

TEST_F(SettingsFileTest, CommandLineNamesAnotherFileThanTheEnvironment) {
  const Environment environment{{"PKTFERRY_CONFIG", "/nonexistent/settings.toml"}};
  const Outcome outcome = parse_words({"--config", write("lanes = 8\n")});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.lanes, 8);
}

TEST_F(SettingsFileTest, MissingFileOfTheEnvironmentIsAnError) {
  const Environment environment{{"PKTFERRY_CONFIG", "/nonexistent/settings.toml"}};
  expect_one_line_that_names(parse_words({}), {"/nonexistent/settings.toml"});
}

TEST_F(SettingsFileTest, MissingFileIsAnError) {
  expect_one_line_that_names(parse_words({"--config", "/nonexistent/settings.toml"}), {"/nonexistent/settings.toml"});
}

TEST_F(SettingsFileTest, UnknownKeyIsAnErrorThatNamesFileAndKey) {
  const std::string file = write("lanes = 8\nlanse = 9\n");
  expect_one_line_that_names(parse_words({"--config", file}), {file, "lanse"});
}

TEST_F(SettingsFileTest, UnknownKeyIsAnErrorEvenWhereTheEnvironmentOverridesAnother) {
  const Environment environment{{"PKTFERRY_LANES", "16"}};
  expect_one_line_that_names(parse_words({"--config", write("lanes = 8\nx = 1\n")}), {"'x'"});
}

TEST_F(SettingsFileTest, UnknownTableIsAnError) {
  expect_one_line_that_names(parse_words({"--config", write("[capture]\nlanes = 8\n")}), {"[capture]"});
}

TEST_F(SettingsFileTest, WrongValueIsAnErrorThatNamesKeyAndValue) {
  expect_one_line_that_names(parse_words({"--config", write("lanes = 65\n")}), {"lanes", "65"});
  expect_one_line_that_names(parse_words({"--config", write("lanes = many\n")}), {"lanes", "many"});
}

TEST_F(SettingsFileTest, KeyThatComesTwiceIsAnError) {
  expect_one_line_that_names(parse_words({"--config", write("lanes = 8\nlanes = 9\n")}), {"lanes"});
}

TEST_F(SettingsFileTest, FileMayNotNameAFile) {
  expect_one_line_that_names(parse_words({"--config", write("config = \"other.toml\"\n")}), {"config"});
}

TEST_F(SettingsFileTest, TableOfASubcommandSetsItsOptionsAndDoesNotCallIt) {
  const std::string file = write("lanes = 8\n[status]\nformat = \"json\"\n");
  const Outcome capture = parse_words({"--config", file});
  EXPECT_EQ(capture.exit_code, std::nullopt) << capture.errors;
  EXPECT_FALSE(capture.status);
  EXPECT_EQ(capture.lanes, 8);
  const Outcome status = parse_words({"--config", file, "status"});
  EXPECT_EQ(status.exit_code, std::nullopt) << status.errors;
  EXPECT_TRUE(status.status);
  EXPECT_EQ(status.format, "json");
}

TEST_F(SettingsFileTest, GarbageIsAnError) {
  expect_one_line_that_names(parse_words({"--config", write("\x01\xff\x00[[[]]]===\n\"=\n"s)}), {"settings.toml"});
}

TEST(Settings, WrongValueOnTheCommandLineIsOneLine) {
  expect_one_line_that_names(parse_words({"--lanes", "0"}), {"--lanes", "0"});
  expect_one_line_that_names(parse_words({"--log-level", "loud"}), {"--log-level", "loud", "debug", "warn"});
  expect_one_line_that_names(parse_words({"--log-format", "xml"}), {"--log-format", "xml", "json"});
}

TEST(Settings, WrongValueInTheEnvironmentIsOneLine) {
  {
    const Environment environment{{"PKTFERRY_LANES", "many"}};
    expect_one_line_that_names(parse_words({}), {"--lanes", "many"});
  }
  {
    const Environment environment{{"PKTFERRY_LANES", "65"}};
    expect_one_line_that_names(parse_words({}), {"--lanes", "65"});
  }
  const Environment environment{{"PKTFERRY_LOG_LEVEL", "loud"}};
  expect_one_line_that_names(parse_words({}), {"--log-level", "loud", "debug", "warn"});
}

TEST(Settings, EmptyVariableIsLikeAnUnsetOne) {
  const Environment environment{{"PKTFERRY_LANES", ""}};
  const Outcome outcome = parse_words({});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.lanes, 4);
}

TEST(Settings, VariablesThatKubernetesSetsForAServiceArePassedOver) {
  const Environment environment{{"PKTFERRY_CAPTURE_PORT", "tcp://10.0.0.1:9780"}, {"PKTFERRY_SERVICE_HOST", "x"}};
  EXPECT_EQ(parse_words({}).exit_code, std::nullopt);
}

TEST(Settings, SubcommandsHaveTheirNameInTheVariable) {
  const Environment environment{{"PKTFERRY_STATUS_FORMAT", "json"}};
  const Outcome outcome = parse_words({"status", "--ring", "/r"});
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_TRUE(outcome.status);
  EXPECT_EQ(outcome.format, "json");
  EXPECT_EQ(outcome.common.ring_directory, "/r");
}

TEST(Settings, UnknownWordsAreOneLine) {
  expect_one_line_that_names(parse_words({"--lanse", "3"}), {"--lanse"});
  expect_one_line_that_names(parse_words({"start"}), {"start"});
  expect_one_line_that_names(parse_words({"--lanes"}), {"--lanes"});
}

TEST(Settings, HelpAndVersionEndWithZero) {
  const Outcome help = parse_words({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("--log-level"), std::string::npos) << help.output;
  EXPECT_NE(help.output.find("PKTFERRY_LANES"), std::string::npos) << help.output;
  EXPECT_EQ(help.errors, "");
  const Outcome version = parse_words({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(version.output.starts_with("test-svc ")) << version.output;
}

TEST(Settings, ErrorThrownByAnOptionIsReportedAsItIs) {
  CLI::App app{"A service", "test-svc"};
  app.add_option_function<std::string>(
      "--key", [](const std::string& value) { throw SettingsError("--key " + value + ": give another"); });
  const std::vector<const char*> argv{"test-svc", "--key", "x"};
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(parse(app, 3, argv.data()), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "test-svc: --key x: give another\n");
}

}  // namespace
}  // namespace pktferry::service
