// kill -9 of either service, at any instant, again and again: no record that capture wrote is lost or torn.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/pipeline.hpp"

namespace pktferry::testing {
namespace {

constexpr int kKills = 6;
// Small lanes, so that they wrap, and a file that waits for room rather than drops.
const Arguments kSmallRing{"--lanes", "2", "--lane-mib", "1"};

// The sample over and over: enough to be killed in.
std::filesystem::path long_file(const TempDir& directory) {
  std::ifstream file(kSample, std::ios::binary);
  const std::string sample{std::istreambuf_iterator<char>(file), {}};
  const std::filesystem::path path = directory / "long.pcap";
  std::ofstream out(path, std::ios::binary);
  out << sample.substr(0, 24);
  for (int i = 0; i < 100; ++i) out << sample.substr(24);
  return path;
}

// What each packet of the sample must look like, by its number from 0: the layers but the frame.
std::vector<rapidjson::Document> expected_layers() {
  const Pipeline pipeline;
  Process capture(pipeline.capture({"--read", kSample}));
  const Finished published = run(pipeline.publisher({"--sink", "stdout", "--until-end"}));
  EXPECT_EQ(published.code, 0) << published.errors;
  std::vector<rapidjson::Document> expected(kSamplePackets);
  std::istringstream lines(published.output);
  for (std::string line; std::getline(lines, line);) {
    rapidjson::Document json = parse_json(line);
    const std::uint64_t number = json["layers"]["frame"]["frame_frame_number"].GetUint64();
    json["layers"].RemoveMember("frame");
    expected.at(number - 1) = std::move(json);
  }
  return expected;
}

// Every ordinal of every lane was delivered, each message is the packet it says it is, and a record that came twice
// came twice alike.
void expect_all_delivered(KafkaTopic& topic, const ring::Ledger& ledger) {
  const std::vector<rapidjson::Document> expected = expected_layers();
  std::vector<std::map<std::uint64_t, std::string>> seen(ledger.lanes.size());
  for (PacketMessage& packet : read_packets(topic)) {
    SCOPED_TRACE(packet.record.value);
    ASSERT_EQ(packet["capture"]["ring"].GetString(), ledger.ring_id);
    const auto [lane, ordinal] = packet.identity();
    const auto [known, is_new] = seen.at(lane).emplace(ordinal, packet.record.value);
    ASSERT_TRUE(is_new || known->second == packet.record.value) << "the same record differs: " << known->second;
    const std::uint64_t number = packet.frame_number();
    packet.json["layers"].RemoveMember("frame");
    ASSERT_TRUE(packet["layers"] == expected.at((number - 1) % kSamplePackets)["layers"]);
  }
  for (std::size_t lane = 0; lane < seen.size(); ++lane) {
    ASSERT_EQ(seen[lane].size(), ledger.lanes[lane].written) << "lane " << lane;
    if (seen[lane].empty()) continue;
    EXPECT_EQ(seen[lane].rbegin()->first, ledger.lanes[lane].written - 1);
  }
}

class KillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    topic.create();
    RecordProperty("seed", static_cast<int>(seed));
  }

  // Waits until `count()` has grown by a random number of records.
  template <typename Count>
  void wait_for_some_more(Count&& count, std::uint64_t most) {
    const std::uint64_t goal = count() + std::uniform_int_distribution<std::uint64_t>(1, most)(random);
    ASSERT_TRUE(eventually([&] { return count() >= goal; })) << "nothing moves";
  }
  std::uint64_t written() const { return pipeline.ledger_if_any().written; }
  std::uint64_t delivered() const { return pipeline.ledger_if_any().delivered; }

  const unsigned seed = std::random_device{}();
  std::mt19937 random{seed};
  KafkaTopic topic{"kill"};
  Pipeline pipeline;
  TempDir files;
  const std::filesystem::path input = long_file(files);
};

TEST_F(KillTest, CaptureKilledInMidFlowLosesNoRecordThatItWroteAndCountsWhatItHadReadAsKilled) {
  Process publisher(pipeline.publisher(topic));
  const Arguments command = pipeline.capture(Arguments{"--read", input.string(), "--on-full", "block"} + kSmallRing);
  for (int i = 0; i < kKills; ++i) {
    Process capture(command);
    wait_for_some_more([&] { return written(); }, 5000);
    capture.kill(SIGKILL);
    ASSERT_EQ(capture.wait_for()->signal, SIGKILL) << capture.errors();
  }
  const Finished last = run(command + Arguments{"--count", "1000"});
  ASSERT_EQ(last.code, 0) << last.errors;
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().in_ring == 0; }));
  ASSERT_EQ(publisher.stop()->code, 0) << publisher.errors();

  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.runs, kKills + 1u);
  EXPECT_EQ(ledger.unclean_runs, static_cast<unsigned>(kKills));
  EXPECT_EQ(ledger.delivered, ledger.written);
  EXPECT_EQ(ledger.corrupt, 0u);
  EXPECT_EQ(ledger.read, ledger.written + ledger.dropped[static_cast<std::size_t>(ring::DropReason::kKilled)]);
  expect_closed(ledger);
  expect_all_delivered(topic, ledger);
}

TEST_F(KillTest, PublisherKilledInMidFlowDeliversEveryRecordAtLeastOnce) {
  const Arguments source{"--read", input.string(), "--on-full", "block", "--count", "60000"};
  Process capture(pipeline.capture(source + kSmallRing));
  for (int i = 0; i < kKills; ++i) {
    Process publisher(pipeline.publisher(topic));
    wait_for_some_more([&] { return delivered(); }, 5000);
    publisher.kill(SIGKILL);
    ASSERT_EQ(publisher.wait_for()->signal, SIGKILL) << publisher.errors();
  }
  const Finished last = run(pipeline.publisher(topic, {"--until-end"}));
  ASSERT_EQ(last.code, 0) << last.errors;
  ASSERT_EQ(capture.wait_for()->code, 0) << capture.errors();

  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.read, 60000u);
  EXPECT_EQ(ledger.written, 60000u);
  EXPECT_EQ(ledger.delivered, 60000u);
  EXPECT_EQ(ledger.corrupt, 0u);
  expect_closed(ledger);
  expect_all_delivered(topic, ledger);
}

TEST_F(KillTest, BothKilledByTurnsStillCloseTheLedger) {
  const Arguments command = pipeline.capture(Arguments{"--read", input.string(), "--on-full", "block"} + kSmallRing);
  for (int i = 0; i < kKills; ++i) {
    Process capture(command);
    Process publisher(pipeline.publisher(topic));
    wait_for_some_more([&] { return i % 2 == 0 ? written() : delivered(); }, 3000);
    Process& first = i % 2 == 0 ? capture : publisher;
    Process& second = i % 2 == 0 ? publisher : capture;
    first.kill(SIGKILL);
    second.kill(SIGKILL);
    ASSERT_EQ(capture.wait_for()->signal, SIGKILL) << capture.errors();
    ASSERT_EQ(publisher.wait_for()->signal, SIGKILL) << publisher.errors();
  }
  const Finished drained = run(pipeline.publisher(topic, {"--until-end"}));
  ASSERT_EQ(drained.code, 0) << drained.errors;
  // What the last kill left in hand is known once capture has come back.
  const Finished last = run(pipeline.capture(Arguments{"--read", kSample, "--count", "1"} + kSmallRing));
  ASSERT_EQ(last.code, 0) << last.errors;
  ASSERT_EQ(run(pipeline.publisher(topic, {"--until-end"})).code, 0);

  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.unclean_runs, static_cast<unsigned>(kKills));
  EXPECT_EQ(ledger.delivered, ledger.written);
  expect_closed(ledger);
  expect_all_delivered(topic, ledger);
}

}  // namespace
}  // namespace pktferry::testing
