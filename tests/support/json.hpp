// Strict JSON for assertions: a real parser that checks UTF-8 too, refuses what follows the value, and refuses an
// object with a key twice (which the parser itself would let pass).
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pktferry::testing {

inline void refuse_duplicate_keys(const rapidjson::Value& value) {
  if (value.IsObject()) {
    std::set<std::string_view> keys;
    for (const auto& member : value.GetObject()) {
      const std::string_view key(member.name.GetString(), member.name.GetStringLength());
      if (!keys.insert(key).second) throw std::invalid_argument("key twice in an object: " + std::string(key));
      refuse_duplicate_keys(member.value);
    }
  } else if (value.IsArray()) {
    for (const auto& element : value.GetArray()) refuse_duplicate_keys(element);
  }
}

// Throws std::invalid_argument with the place and the text where it is not strictly valid.
inline rapidjson::Document parse_json(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    throw std::invalid_argument(std::string(rapidjson::GetParseError_En(document.GetParseError())) + " at byte " +
                                std::to_string(document.GetErrorOffset()) + " of: " + std::string(text));
  }
  refuse_duplicate_keys(document);
  return document;
}

// The member that a path of keys and indices names ("inner/0/ip/ip_ip_src"), or nullptr.
inline const rapidjson::Value* find_json(const rapidjson::Value& root, std::string_view path) {
  const rapidjson::Value* value = &root;
  while (!path.empty()) {
    const std::string step(path.substr(0, path.find('/')));
    path.remove_prefix(step.size() == path.size() ? path.size() : step.size() + 1);
    if (value->IsObject()) {
      const auto member = value->FindMember(step.c_str());
      if (member == value->MemberEnd()) return nullptr;
      value = &member->value;
    } else if (value->IsArray()) {
      const std::size_t index = std::stoul(step);
      if (index >= value->Size()) return nullptr;
      value = &(*value)[static_cast<rapidjson::SizeType>(index)];
    } else {
      return nullptr;
    }
  }
  return value;
}

// The value as it is written in JSON, for comparison: "80", "\"10.0.0.6\"", "[1,2]"; "absent" where there is none.
inline std::string json_at(const rapidjson::Value& root, std::string_view path) {
  const rapidjson::Value* value = find_json(root, path);
  if (value == nullptr) return "absent";
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value->Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pktferry::testing
