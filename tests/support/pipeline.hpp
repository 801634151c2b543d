// Both services on one ring, and its books.
#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "shared/ring/ledger.hpp"
#include "tests/support/kafka.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::testing {

inline const std::string kSample = PKTFERRY_SOURCE_DIR "/tests/fixtures/sample.pcap";
inline constexpr std::size_t kSamplePackets = 3549;

inline Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// A ring of a test's own, and the command lines of the services on it.
class Pipeline {
 public:
  Pipeline() : directory_("/dev/shm") {}

  std::filesystem::path ring() const { return directory_ / "ring"; }

  Arguments capture(const Arguments& options) const {
    return Arguments{PKTFERRY_CAPTURE_SVC, "--ring", ring().string(), "--listen", "none"} + options;
  }
  Arguments status(const Arguments& options = {}) const {
    return Arguments{PKTFERRY_CAPTURE_SVC, "status", "--ring", ring().string()} + options;
  }
  Arguments publisher(const Arguments& options) const {
    return Arguments{PKTFERRY_PUBLISHER_SVC, "--ring", ring().string(), "--listen", "none"} + options;
  }
  Arguments publisher(const KafkaTopic& topic, const Arguments& options = {}) const {
    return publisher(Arguments{"--brokers", kafka_brokers(), "--topic", topic.name()} + options);
  }

  ring::Ledger ledger() const { return ring::read_ledger(ring()); }
  // An empty ledger where there is no ring yet: for polling.
  ring::Ledger ledger_if_any() const {
    try {
      return ledger();
    } catch (const std::exception&) {
      return {};
    }
  }

 private:
  TempDir directory_;
};

// Every equation holds to the packet.
inline void expect_closed(const ring::Ledger& ledger) {
  EXPECT_EQ(ledger.kernel_unexplained(), 0);
  EXPECT_EQ(ledger.read_unexplained(), 0);
  EXPECT_EQ(ledger.written_unexplained(), 0);
}

inline rapidjson::Document parse_json(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (document.HasParseError()) throw std::runtime_error("not JSON: " + text);
  return document;
}

// A message of the topic, parsed.
struct PacketMessage {
  KafkaRecord record;
  rapidjson::Document json;

  const rapidjson::Value& operator[](const char* name) const { return json[name]; }
  std::uint64_t frame_number() const { return json["layers"]["frame"]["frame_frame_number"].GetUint64(); }
  // Lane and ordinal: what a consumer knows a record of one ring by.
  std::pair<std::uint32_t, std::uint64_t> identity() const {
    return {json["capture"]["lane"].GetUint(), json["capture"]["ordinal"].GetUint64()};
  }
};

inline std::vector<PacketMessage> read_packets(KafkaTopic& topic) {
  std::vector<PacketMessage> packets;
  for (KafkaRecord& record : topic.read_all()) {
    rapidjson::Document json = parse_json(record.value);
    packets.push_back({std::move(record), std::move(json)});
  }
  return packets;
}

}  // namespace pktferry::testing
