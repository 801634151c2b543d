// As much of JSON Schema (draft 2020-12) as schema(SchemaFormat::kJsonSchema) uses. A keyword that this does not know
// is an error of the test, not a pass.
#pragma once

#include <arpa/inet.h>
#include <regex.h>

#include <stdexcept>
#include <string>

#include "tests/support/json.hpp"

namespace pktferry::testing {

class JsonSchema {
 public:
  explicit JsonSchema(std::string_view text) : root_(parse_json(text)) {}

  // Empty where the message is valid, else what is wrong and where.
  std::string fault_of(const rapidjson::Value& value) const { return fault(root_, value, ""); }

 private:
  // POSIX: std::regex does not compile without warnings under the sanitizers.
  static bool matches(const char* text, const char* pattern) {
    regex_t expression;
    if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB) != 0) throw std::logic_error(pattern);
    const bool found = regexec(&expression, text, 0, nullptr, 0) == 0;
    regfree(&expression);
    return found;
  }

  std::string fault(const rapidjson::Value& schema, const rapidjson::Value& value, const std::string& path) const {
    for (const auto& keyword : schema.GetObject()) {
      const std::string found = check(schema, keyword.name.GetString(), keyword.value, value, path);
      if (!found.empty()) return found;
    }
    return {};
  }

  std::string check(const rapidjson::Value& schema, const std::string& keyword, const rapidjson::Value& wanted,
                    const rapidjson::Value& value, const std::string& path) const {
    const auto at = [&](const char* what) { return path + ": " + what; };
    if (keyword == "$schema" || keyword == "title" || keyword == "description" || keyword == "$defs") return {};
    if (keyword == "$ref") {
      const std::string reference = wanted.GetString();
      const rapidjson::Value* target = find_json(root_, reference.substr(2));  // behind "#/"
      if (target == nullptr) throw std::logic_error("no such definition: " + reference);
      return fault(*target, value, path);
    }
    if (keyword == "type") {
      const std::string type = wanted.GetString();
      const bool is_type = (type == "object" && value.IsObject()) || (type == "array" && value.IsArray()) ||
                           (type == "string" && value.IsString()) || (type == "integer" && value.IsUint64());
      return is_type ? std::string() : at("is not of the type ") + type;
    }
    if (keyword == "minimum") return value.GetUint64() >= wanted.GetUint64() ? std::string() : at("too small");
    if (keyword == "maximum") return value.GetUint64() <= wanted.GetUint64() ? std::string() : at("too large");
    if (keyword == "pattern") {
      return matches(value.GetString(), wanted.GetString()) ? std::string() : at("does not match");
    }
    if (keyword == "format") {
      unsigned char address[16];
      const int family = std::string(wanted.GetString()) == "ipv6" ? AF_INET6 : AF_INET;
      return inet_pton(family, value.GetString(), address) == 1 ? std::string() : at("is no address");
    }
    if (keyword == "minItems") return value.Size() >= wanted.GetUint() ? std::string() : at("has too few elements");
    if (keyword == "minProperties") return value.MemberCount() >= wanted.GetUint() ? std::string() : at("is empty");
    if (keyword == "required") {
      for (const auto& name : wanted.GetArray()) {
        if (!value.HasMember(name.GetString())) return at("lacks ") + name.GetString();
      }
      return {};
    }
    if (keyword == "items") {
      for (const auto& element : value.GetArray()) {
        const std::string found = fault(wanted, element, path + "/[]");
        if (!found.empty()) return found;
      }
      return {};
    }
    if (keyword == "properties") {
      for (const auto& member : value.GetObject()) {
        const auto property = wanted.FindMember(member.name);
        if (property == wanted.MemberEnd()) continue;  // additionalProperties says what of it
        const std::string found = fault(property->value, member.value, path + '/' + member.name.GetString());
        if (!found.empty()) return found;
      }
      return {};
    }
    if (keyword == "additionalProperties") {
      if (wanted.GetBool()) throw std::logic_error("an open object in the schema at " + path);
      for (const auto& member : value.GetObject()) {
        if (!schema["properties"].HasMember(member.name))
          return at("has the unknown member ") + member.name.GetString();
      }
      return {};
    }
    throw std::logic_error("a keyword that this validator does not know: " + keyword);
  }

  rapidjson::Document root_;
};

}  // namespace pktferry::testing
