#include "publisher-svc/sink/kafka_properties.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "publisher-svc/sink/message_sink.hpp"

namespace pktferry::publisher {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

KafkaProperty parse_property(std::string_view text) {
  const auto equals = text.find('=');
  const std::string_view name = trim(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    throw SinkError("a Kafka property must be key=value, as in linger.ms=5");
  }
  return {std::string(name), std::string(trim(text.substr(equals + 1)))};
}

std::vector<KafkaProperty> read_properties(const std::filesystem::path& file) {
  std::ifstream input(file);
  const auto unreadable = [&] {
    return SinkError("--properties " + file.string() + ": " + std::generic_category().message(errno) +
                     "; it must be a readable file of key=value lines");
  };
  if (!input) throw unreadable();
  std::vector<KafkaProperty> properties;
  std::string line;
  for (int number = 1; std::getline(input, line); ++number) {
    const std::string_view text = trim(line);
    if (text.empty() || text.front() == '#' || text.front() == '!') continue;
    try {
      properties.push_back(parse_property(text));
    } catch (const SinkError& error) {
      throw SinkError("--properties " + file.string() + ", line " + std::to_string(number) + ": " + error.what());
    }
  }
  if (input.bad()) throw unreadable();
  return properties;
}

}  // namespace pktferry::publisher
