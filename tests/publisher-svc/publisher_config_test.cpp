// The command line of publisher-svc: what it accepts, and that a wrong word names key, value and remedy.
#include "publisher-svc/publisher_config.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace pktferry::publisher {
namespace {

struct Parsed {
  PublisherConfig config;
  std::optional<int> exit_code;
  std::string error;  // what stderr got
};

Parsed parse(std::vector<std::string> words) {
  words.insert(words.begin(), "publisher-svc");
  std::vector<const char*> argv;
  for (const auto& word : words) argv.push_back(word.c_str());
  Parsed parsed;
  ::testing::internal::CaptureStderr();
  parsed.exit_code = parse_publisher_config(static_cast<int>(argv.size()), argv.data(), parsed.config);
  parsed.error = ::testing::internal::GetCapturedStderr();
  return parsed;
}

TEST(PublisherConfig, DefaultsAreThoseOfThePaper) {
  const Parsed parsed = parse({"-b", "kafka:9092"});
  ASSERT_EQ(parsed.exit_code, std::nullopt) << parsed.error;
  const PublisherConfig& config = parsed.config;
  EXPECT_EQ(config.sink, SinkKind::kKafka);
  EXPECT_EQ(config.brokers, "kafka:9092");
  EXPECT_EQ(config.topic, "network-traffic");
  EXPECT_EQ(config.key, encode::Key::kFlow);
  EXPECT_EQ(config.timestamp_unit, encode::TimestampUnit::kMicroseconds);
  EXPECT_EQ(config.max_age, std::chrono::hours(1));
  EXPECT_EQ(config.drain_timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.memory_mib, 64u);
  EXPECT_FALSE(config.peek);
  EXPECT_FALSE(config.until_end);
  EXPECT_EQ(config.common.listen, "127.0.0.1:9781");
  EXPECT_FALSE(config.schema);
}

TEST(PublisherConfig, TakesEveryOption) {
  const testing::TempDir temp;
  std::ofstream(temp / "client.properties") << "sasl.mechanism=PLAIN\n";
  const Parsed parsed = parse({"--brokers",
                               "a:1,b:2",
                               "--topic",
                               "t",
                               "-X",
                               "a=1,2",
                               "-X",
                               "b=2",
                               "--properties",
                               temp / "client.properties",
                               "--key",
                               "src",
                               "--fields",
                               "ip,tcp",
                               "--fields",
                               "-ip.ip_ip_ttl",
                               "--timestamp-unit",
                               "ns",
                               "--max-age",
                               "30m",
                               "--until-end",
                               "--drain-timeout",
                               "1500ms",
                               "--memory-mib",
                               "8"});
  ASSERT_EQ(parsed.exit_code, std::nullopt) << parsed.error;
  const PublisherConfig& config = parsed.config;
  EXPECT_EQ(config.brokers, "a:1,b:2");
  EXPECT_EQ(config.topic, "t");
  ASSERT_EQ(config.properties.size(), 3u);
  EXPECT_EQ(config.properties[0].name, "sasl.mechanism") << "the file's first, so that -X wins";
  EXPECT_EQ(config.properties[1].value, "1,2");
  EXPECT_EQ(config.properties[2].name, "b");
  EXPECT_EQ(config.key, encode::Key::kSource);
  EXPECT_EQ(config.fields, (std::vector<std::string>{"ip", "tcp", "-ip.ip_ip_ttl"}));
  EXPECT_EQ(config.timestamp_unit, encode::TimestampUnit::kNanoseconds);
  EXPECT_EQ(config.max_age, std::chrono::minutes(30));
  EXPECT_TRUE(config.until_end);
  EXPECT_EQ(config.drain_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(config.memory_mib, 8u);
}

TEST(PublisherConfig, SinksNeedNoBrokersWhereTheyAreNotKafka) {
  EXPECT_EQ(parse({"--sink", "stdout", "--peek"}).config.sink, SinkKind::kStdout);
  const Parsed file = parse({"--sink", "file:/tmp/out:1.json"});
  EXPECT_EQ(file.exit_code, std::nullopt);
  EXPECT_EQ(file.config.sink, SinkKind::kFile);
  EXPECT_EQ(file.config.file, "/tmp/out:1.json");
}

TEST(PublisherConfig, BrokersMayStandInTheProperties) {
  EXPECT_EQ(parse({"-X", "bootstrap.servers=kafka:9092"}).exit_code, std::nullopt);
}

TEST(PublisherConfig, TheSchemaNeedsNothingElse) {
  EXPECT_EQ(parse({"schema"}).config.schema, encode::SchemaFormat::kMarkdown);
  EXPECT_EQ(parse({"schema", "--format", "ksqldb"}).config.schema, encode::SchemaFormat::kKsqldb);
  EXPECT_EQ(parse({"schema", "--format", "json-schema"}).config.schema, encode::SchemaFormat::kJsonSchema);
  EXPECT_EQ(parse({"schema", "--format", "flink"}).config.schema, encode::SchemaFormat::kFlink);
}

struct BadWords {
  const char* name;
  std::vector<std::string> words;
  std::vector<std::string> error_mentions;
};

class PublisherConfigErrors : public ::testing::TestWithParam<BadWords> {};

TEST_P(PublisherConfigErrors, AreOneLineWithKeyValueAndRemedyAndExitCode2) {
  const Parsed parsed = parse(GetParam().words);
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_EQ(std::count(parsed.error.begin(), parsed.error.end(), '\n'), 1) << parsed.error;
  for (const auto& part : GetParam().error_mentions) {
    EXPECT_NE(parsed.error.find(part), std::string::npos) << "'" << part << "' in: " << parsed.error;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, PublisherConfigErrors,
    ::testing::Values(
        BadWords{"NoBrokers", {}, {"--brokers", "HOST:9092", "--sink stdout"}},
        BadWords{"EmptyTopic", {"-b", "k:1", "-t", ""}, {"--topic"}},
        BadWords{"UnknownOption", {"-b", "k:1", "--brokerz", "x"}, {"--brokerz", "--help"}},
        BadWords{"UnknownSink", {"--sink", "pulsar"}, {"--sink pulsar", "kafka, stdout, file:PATH"}},
        BadWords{"FileWithoutPath", {"--sink", "file:"}, {"--sink file:", "file:PATH"}},
        BadWords{"PeekIntoKafka", {"-b", "k:1", "--peek"}, {"--peek", "--sink stdout"}},
        BadWords{"UnknownKey", {"-b", "k:1", "--key", "port"}, {"--key port", "flow, src, dst, none"}},
        BadWords{"UnknownUnit", {"-b", "k:1", "--timestamp-unit", "s"}, {"--timestamp-unit s", "ms, us, ns"}},
        BadWords{"UnknownField", {"-b", "k:1", "--fields", "tcpp"}, {"--fields", "tcpp", "tcp"}},
        BadWords{"AgeWithoutUnit", {"-b", "k:1", "--max-age", "30"}, {"--max-age '30'", "30s"}},
        BadWords{"NegativeAge", {"-b", "k:1", "--max-age=-1h"}, {"--max-age '-1h'", "whole number"}},
        BadWords{"EndlessAge", {"-b", "k:1", "--max-age", "99999999999999999999d"}, {"--max-age", "365d"}},
        BadWords{"TooLongAge", {"-b", "k:1", "--max-age", "366d"}, {"--max-age '366d'", "365d"}},
        BadWords{"UnitOnly", {"-b", "k:1", "--drain-timeout", "s"}, {"--drain-timeout 's'", "30s"}},
        BadWords{"NoMemory", {"-b", "k:1", "--memory-mib", "0"}, {"--memory-mib 0", "1 to 4096"}},
        BadWords{"TooMuchMemory", {"-b", "k:1", "--memory-mib", "4097"}, {"--memory-mib 4097", "1 to 4096"}},
        BadWords{"MemoryInWords", {"-b", "k:1", "--memory-mib", "64M"}, {"--memory-mib 64M", "1 to 4096"}},
        BadWords{"PropertyWithoutValue", {"-b", "k:1", "-X", "hunter2"}, {"key=value"}},
        BadWords{
            "AbsentProperties", {"-b", "k:1", "--properties", "/absent"}, {"--properties /absent", "No such file"}},
        BadWords{"UnknownSchema",
                 {"schema", "--format", "avro"},
                 {"--format avro", "markdown, json-schema, ksqldb, flink"}}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(PublisherConfig, NoErrorShowsAProperty) {
  EXPECT_EQ(parse({"-b", "k:1", "-X", "hunter2"}).error.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace pktferry::publisher
