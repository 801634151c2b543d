// librdkafka's properties as the user gives them: -X key=value, and files in the style of Java's client.properties.
// They may be secrets: no error that is made here shows a value.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pktferry::publisher {

struct KafkaProperty {
  std::string name;
  std::string value;
};

// "key=value", blanks around both removed; the value may be empty and may hold '='. Throws SinkError.
KafkaProperty parse_property(std::string_view text);

// One key=value a line; empty lines and those that begin with '#' or '!' are skipped. Throws SinkError, naming the
// line.
std::vector<KafkaProperty> read_properties(const std::filesystem::path& file);

}  // namespace pktferry::publisher
