#include "publisher-svc/publisher_config.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <iostream>
#include <string_view>
#include <utility>

#include "publisher-svc/sink/kafka_sink.hpp"
#include "publisher-svc/sink/message_sink.hpp"
#include "shared/service/duration.hpp"

namespace pktferry::publisher {
namespace {

using service::SettingsError;

constexpr std::size_t kMaxMemory_mib = 4096;

// What the options say, before it is checked.
struct Words {
  std::string sink = "kafka";
  std::vector<std::string> properties;
  std::string properties_file;
  std::string key = "flow";
  std::string timestamp_unit = "us";
  std::string max_age = "1h";
  std::string drain_timeout = "10s";
  std::string memory_mib = "64";
  std::string schema_format = "markdown";
};

template <typename T>
T one_of(const char* option, const std::string& word, std::initializer_list<std::pair<std::string_view, T>> choices) {
  std::string allowed;
  for (const auto& [name, value] : choices) {
    if (name == word) return value;
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  throw SettingsError(std::string(option) + " " + word + ": must be one of " + allowed);
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void check_sink(const Words& words, PublisherConfig& config) {
  constexpr std::string_view kFilePrefix = "file:";
  if (words.sink.starts_with(kFilePrefix) && words.sink.size() > kFilePrefix.size()) {
    config.sink = SinkKind::kFile;
    config.file = words.sink.substr(kFilePrefix.size());
  } else if (words.sink == "stdout") {
    config.sink = SinkKind::kStdout;
  } else if (words.sink != "kafka") {
    throw SettingsError("--sink " + words.sink + ": must be one of kafka, stdout, file:PATH");
  }
}

void check_kafka(const Words& words, PublisherConfig& config) {
  try {
    if (!words.properties_file.empty()) config.properties = read_properties(words.properties_file);
    for (const auto& word : words.properties) config.properties.push_back(parse_property(word));
  } catch (const SinkError& error) {
    throw SettingsError(error.what());
  }
  if (config.sink != SinkKind::kKafka) return;
  if (config.peek) throw SettingsError("--peek --sink kafka: peeking is for looking; use --sink stdout or file:PATH");
  if (config.topic.empty()) throw SettingsError("--topic: is empty; name the topic that records go to");
  if (config.brokers.empty() && !names_brokers(config.properties)) {
    throw SettingsError("--brokers: is missing; name the cluster as in --brokers HOST:9092, or use --sink stdout");
  }
}

void check(const Words& words, PublisherConfig& config) {
  using encode::Key;
  using encode::TimestampUnit;
  check_sink(words, config);
  check_kafka(words, config);
  config.key =
      one_of<Key>("--key", words.key,
                  {{"flow", Key::kFlow}, {"src", Key::kSource}, {"dst", Key::kDestination}, {"none", Key::kNone}});
  config.timestamp_unit = one_of<TimestampUnit>("--timestamp-unit", words.timestamp_unit,
                                                {{"ms", TimestampUnit::kMilliseconds},
                                                 {"us", TimestampUnit::kMicroseconds},
                                                 {"ns", TimestampUnit::kNanoseconds}});
  config.max_age = service::parse_duration("--max-age", words.max_age);
  config.drain_timeout = service::parse_duration("--drain-timeout", words.drain_timeout);
  const auto memory_mib = whole_number(words.memory_mib);
  if (!memory_mib || *memory_mib < 1 || *memory_mib > kMaxMemory_mib) {
    throw SettingsError("--memory-mib " + words.memory_mib + ": must be a whole number from 1 to " +
                        std::to_string(kMaxMemory_mib));
  }
  config.memory_mib = static_cast<std::size_t>(*memory_mib);
  try {
    const encode::Encoder encoder({.node = "", .ring_id = "", .fields = config.fields});
  } catch (const encode::FieldError& error) {
    throw SettingsError(std::string("--fields: ") + error.what());
  }
}

void add_options(CLI::App& app, Words& words, PublisherConfig& config) {
  app.add_option("--sink", words.sink, "Where records go: kafka, stdout or file:PATH")
      ->type_name("SINK")
      ->capture_default_str();
  app.add_option("-b,--brokers", config.brokers, "Kafka brokers to ask first, comma-separated")
      ->type_name("HOST:PORT,...");
  app.add_option("-t,--topic", config.topic, "Kafka topic")->type_name("NAME")->capture_default_str();
  app.add_option("-X,--property", words.properties, "A librdkafka property; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--properties", words.properties_file,
                 "librdkafka properties, KEY=VALUE a line: the place for secrets")
      ->type_name("FILE");
  app.add_option("--key", words.key, "Kafka key: flow, src, dst or none")->type_name("KEY")->capture_default_str();
  app.add_option("--fields", config.fields, "Layers and fields to send, comma-separated; '-' in front takes out")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--timestamp-unit", words.timestamp_unit, "Unit of absolute times in the JSON: ms, us or ns")
      ->type_name("UNIT")
      ->capture_default_str();
  app.add_option("--max-age", words.max_age, "Packets older than this are sent with the present as Kafka timestamp")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_flag("--peek", config.peek, "Read without taking records out of the ring, from the oldest on");
  app.add_flag("--until-end", config.until_end, "End when capture has ended and everything is delivered");
  app.add_option("--drain-timeout", words.drain_timeout, "How long to go on delivering when asked to stop")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("--memory-mib", words.memory_mib, "Memory for messages in flight")
      ->type_name("MIB")
      ->capture_default_str();
}

}  // namespace

std::optional<int> parse_publisher_config(int argc, const char* const* argv, PublisherConfig& config) {
  Words words;
  CLI::App app(
      "Takes packet records from the ring to Kafka as JSON.\n"
      "Exit codes: 0 done, 1 failed or stopped with records left in the ring, 2 wrong settings.",
      "publisher-svc");
  service::add_common_options(app, config.common, "127.0.0.1:9781");
  add_options(app, words, config);
  CLI::App* const schema = app.add_subcommand("schema", "Print what the messages hold, and exit");
  schema->add_option("--format", words.schema_format, "markdown, json-schema, ksqldb or flink")
      ->type_name("FORMAT")
      ->capture_default_str();
  service::bind_environment(app);
  if (const auto exit_code = service::parse(app, argc, argv)) return exit_code;
  try {
    if (*schema) {
      using encode::SchemaFormat;
      config.schema = one_of<SchemaFormat>("schema --format", words.schema_format,
                                           {{"markdown", SchemaFormat::kMarkdown},
                                            {"json-schema", SchemaFormat::kJsonSchema},
                                            {"ksqldb", SchemaFormat::kKsqldb},
                                            {"flink", SchemaFormat::kFlink}});
    } else {
      check(words, config);
    }
    return std::nullopt;
  } catch (const SettingsError& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return 2;
  }
}

}  // namespace pktferry::publisher
