#include "capture-svc/capture_config.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace pktferry::capture {
namespace {

struct Outcome {
  std::optional<int> exit_code;
  std::string errors;
  CaptureConfig config;
};

Outcome parse(const std::vector<std::string>& words) {
  Outcome outcome;
  std::vector<const char*> argv{"capture-svc"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  ::testing::internal::CaptureStderr();
  outcome.exit_code = parse_capture_config(static_cast<int>(argv.size()), argv.data(), outcome.config);
  outcome.errors = ::testing::internal::GetCapturedStderr();
  return outcome;
}

CaptureConfig accepted(const std::vector<std::string>& words) {
  const Outcome outcome = parse(words);
  EXPECT_EQ(outcome.exit_code, std::nullopt) << outcome.errors;
  EXPECT_EQ(outcome.errors, "");
  return outcome.config;
}

void expect_refused(const std::vector<std::string>& words, const std::vector<std::string>& named) {
  const Outcome outcome = parse(words);
  EXPECT_EQ(outcome.exit_code, 2);
  ASSERT_FALSE(outcome.errors.empty());
  EXPECT_EQ(outcome.errors.find('\n'), outcome.errors.size() - 1) << outcome.errors;
  for (const std::string& word : named) EXPECT_NE(outcome.errors.find(word), std::string::npos) << outcome.errors;
}

TEST(CaptureConfig, DefaultsOfALiveCapture) {
  const CaptureConfig config = accepted({"-i", "eth0"});
  EXPECT_EQ(config.command, Command::kCapture);
  EXPECT_EQ(config.interface, "eth0");
  EXPECT_EQ(config.common.listen, "127.0.0.1:9780");
  EXPECT_EQ(config.snaplen, 2048u);
  EXPECT_EQ(config.buffer_mib, 32u);
  EXPECT_TRUE(config.promiscuous);
  EXPECT_EQ(config.lanes, 4u);
  EXPECT_EQ(config.lane_mib, 8u);
  EXPECT_EQ(config.on_full, OnFull::kDrop);
  EXPECT_EQ(config.count, std::nullopt);
  EXPECT_EQ(config.duration, std::nullopt);
  EXPECT_EQ(config.group, std::nullopt);
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  EXPECT_EQ(config.node, std::string(host).substr(0, 63));
}

TEST(CaptureConfig, FileIsHeldBackWhereALaneIsFull) {
  const CaptureConfig config = accepted({"-r", "-"});
  EXPECT_EQ(config.file, "-");
  EXPECT_EQ(config.on_full, OnFull::kBlock);
  EXPECT_EQ(accepted({"-r", "x", "--on-full", "drop"}).on_full, OnFull::kDrop);
  EXPECT_EQ(accepted({"-i", "x", "--on-full", "block"}).on_full, OnFull::kBlock);
}

TEST(CaptureConfig, TakesEveryOption) {
  const CaptureConfig config = accepted({"--interface",  "any",       "--filter",
                                         "udp port 53",  "--snaplen", "64",
                                         "--buffer-mib", "1024",      "--no-promiscuous",
                                         "--lanes",      "64",        "--lane-mib",
                                         "1024",         "--count",   "1",
                                         "--duration",   "1500ms",    "--node",
                                         "n1",           "--group",   "pktferry",
                                         "--ring",       "/r"});
  EXPECT_EQ(config.filter, "udp port 53");
  EXPECT_EQ(config.snaplen, 64u);
  EXPECT_EQ(config.buffer_mib, 1024u);
  EXPECT_FALSE(config.promiscuous);
  EXPECT_EQ(config.lanes, 64u);
  EXPECT_EQ(config.lane_mib, 1024u);
  EXPECT_EQ(config.count, 1u);
  EXPECT_EQ(config.duration, std::chrono::milliseconds(1500));
  EXPECT_EQ(config.node, "n1");
  EXPECT_EQ(config.group, "pktferry");
  EXPECT_EQ(config.common.ring_directory, "/r");
}

TEST(CaptureConfig, SubcommandsNeedTheRingAlone) {
  EXPECT_EQ(accepted({"reset", "--ring", "/r"}).command, Command::kReset);
  EXPECT_EQ(accepted({"--ring", "/r", "status"}).command, Command::kStatus);
  const CaptureConfig config = accepted({"status", "--ring", "/r", "--format", "json"});
  EXPECT_EQ(config.command, Command::kStatus);
  EXPECT_EQ(config.status_format, StatusFormat::kJson);
  EXPECT_EQ(config.common.ring_directory, "/r");
}

TEST(CaptureConfig, OneSourceExactly) {
  expect_refused({}, {"--interface", "--read"});
  expect_refused({"-i", "eth0", "-r", "x.pcap"}, {"--interface eth0", "--read x.pcap"});
}

TEST(CaptureConfig, NumbersOutOfRangeNameOptionValueAndRange) {
  expect_refused({"-i", "x", "--snaplen", "63"}, {"--snaplen 63", "64", "262144"});
  expect_refused({"-i", "x", "--snaplen", "262145"}, {"--snaplen 262145"});
  expect_refused({"-i", "x", "--buffer-mib", "0"}, {"--buffer-mib 0", "1024"});
  expect_refused({"-i", "x", "--buffer-mib", "1025"}, {"--buffer-mib 1025"});
  expect_refused({"-i", "x", "--lanes", "0"}, {"--lanes 0", "1", "64"});
  expect_refused({"-i", "x", "--lanes", "65"}, {"--lanes 65"});
  expect_refused({"-i", "x", "--lane-mib", "0"}, {"--lane-mib 0"});
  expect_refused({"-i", "x", "--lane-mib", "2048"}, {"--lane-mib 2048", "1024"});
  expect_refused({"-i", "x", "--lane-mib", "12"}, {"--lane-mib 12", "power of two"});
  expect_refused({"-i", "x", "--count", "0"}, {"--count 0"});
  expect_refused({"-i", "x", "--count", "-5"}, {"--count -5"});
}

TEST(CaptureConfig, WhatIsNoNumberIsRefusedAsItIs) {
  for (const char* option : {"--snaplen", "--buffer-mib", "--lanes", "--lane-mib", "--count"}) {
    expect_refused({"-i", "x", option, "many"}, {option, "many"});
    expect_refused({"-i", "x", option, "99999999999999999999"}, {option, "99999999999999999999"});
  }
}

TEST(CaptureConfig, DurationNeedsAUnitAndSomeTime) {
  expect_refused({"-i", "x", "--duration", "10"}, {"--duration '10'", "unit"});
  expect_refused({"-i", "x", "--duration", "0s"}, {"--duration 0s"});
}

TEST(CaptureConfig, WordsOutsideTheirListAreRefused) {
  expect_refused({"-i", "x", "--on-full", "explode"}, {"--on-full explode", "drop", "block"});
  expect_refused({"status", "--format", "xml"}, {"--format xml", "table", "json"});
}

TEST(CaptureConfig, NodeMustFitTheRing) {
  EXPECT_EQ(accepted({"-i", "x", "--node", std::string(63, 'n')}).node, std::string(63, 'n'));
  expect_refused({"-i", "x", "--node", std::string(64, 'n')}, {"--node", "63"});
}

TEST(CaptureConfig, FilterIsCheckedBeforeAnythingIsOpened) {
  expect_refused({"-i", "x", "--check", "--filter", "tcp prot 80"}, {"--filter 'tcp prot 80'", "syntax error"});
  EXPECT_EQ(accepted({"-i", "any", "--filter", "ifindex 3"}).filter, "ifindex 3") << "cooked only";
  EXPECT_EQ(accepted({"-i", "x", "--filter", "vlan 7 and vlan 9"}).filter, "vlan 7 and vlan 9") << "Ethernet only";
}

TEST(CaptureConfig, ComesFromAFileAndTheEnvironmentToo) {
  const testing::TempDir directory;
  const std::string file = directory / "capture.toml";
  std::ofstream(file) << "interface = \"eth0\"\nlanes = 2\nduration = \"1m\"\npromiscuous = false\n";
  setenv("PKTFERRY_LANES", "8", 1);
  const CaptureConfig config = accepted({"--config", file});
  unsetenv("PKTFERRY_LANES");
  EXPECT_EQ(config.interface, "eth0");
  EXPECT_EQ(config.lanes, 8u);
  EXPECT_EQ(config.duration, std::chrono::minutes(1));
  EXPECT_FALSE(config.promiscuous);
}

}  // namespace
}  // namespace pktferry::capture
