// The command line of publisher-svc. Everything is checked here, before anything is opened.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/sink/kafka_properties.hpp"
#include "shared/service/settings.hpp"

namespace pktferry::publisher {

enum class SinkKind { kKafka, kStdout, kFile };

struct PublisherConfig {
  service::CommonSettings common;
  SinkKind sink = SinkKind::kKafka;
  std::filesystem::path file;  // with SinkKind::kFile
  std::string brokers;         // empty: the properties name them
  std::string topic = "network-traffic";
  std::vector<KafkaProperty> properties;  // those of --properties, then those of -X
  encode::Key key = encode::Key::kFlow;
  std::vector<std::string> fields;
  encode::TimestampUnit timestamp_unit = encode::TimestampUnit::kMicroseconds;
  std::chrono::milliseconds max_age = std::chrono::hours(1);
  bool peek = false;
  bool until_end = false;
  std::chrono::milliseconds drain_timeout = std::chrono::seconds(10);
  std::size_t memory_mib = 64;
  std::optional<encode::SchemaFormat> schema;  // the subcommand: print it and end
};

// Fills `config`, or returns the exit code where the process should end now: 0 (help, version) or 2 with one line on
// stderr.
std::optional<int> parse_publisher_config(int argc, const char* const* argv, PublisherConfig& config);

}  // namespace pktferry::publisher
