// JSON Schema, draft 2020-12.
#include <string>
#include <string_view>

#include "publisher-svc/encode/field_table.hpp"
#include "publisher-svc/encode/schema_formats.hpp"

namespace pktferry::encode {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string object_schema(const ListInfo& list);

// What a value may be, without the braces.
std::string type_schema(const FieldInfo& field) {
  switch (field.type) {
    case FieldType::kNumber:
    case FieldType::kBoolean: return R"("type":"integer","minimum":0,"maximum":)" + std::to_string(field.max_value);
    case FieldType::kMac: return R"("type":"string","pattern":"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")";
    case FieldType::kIpv4: return R"("type":"string","format":"ipv4")";
    case FieldType::kIpv6: return R"("type":"string","format":"ipv6")";
    case FieldType::kHex: return R"("type":"string","pattern":"^([0-9a-f]{2}(:[0-9a-f]{2})*)?$")";
    case FieldType::kText: return R"("type":"string")";
    case FieldType::kTime: return R"("type":"string","pattern":"^[0-9]{1,20}$")";
    case FieldType::kNumbers:
      return R"("type":"array","minItems":1,"items":{"type":"integer","minimum":0,"maximum":)" +
             std::to_string(field.max_value) + '}';
    case FieldType::kObjects: return R"("type":"array","minItems":1,"items":)" + object_schema(*field.elements);
    case FieldType::kLayers: return R"("$ref":"#/$defs/layers")";
  }
  return {};
}

std::string object_schema(const ListInfo& list) {
  std::string out = R"({"type":"object","additionalProperties":false,"minProperties":1,"properties":{)";
  bool first = true;
  for (const FieldInfo& field : list.fields) {
    out += (first ? "\n" : ",\n") + quoted(field.name) + ":{" + type_schema(field) + R"(,"description":)" +
           quoted(field.doc.about) + '}';
    first = false;
  }
  return out + "}}";
}

std::string layer_schema(const ListInfo& list) {
  if (!list.repeats) return object_schema(list);
  return R"({"type":"array","minItems":1,"items":)" + object_schema(list) + '}';
}

std::string layers_schema(bool with_frame) {
  std::string out = R"({"type":"object","additionalProperties":false,"minProperties":1,"properties":{)";
  bool first = true;
  for (const ListInfo& list : field_table()) {
    if (!is_protocol(list) && !(with_frame && is_frame(list))) continue;
    // The top object differs from the inner ones by `frame` alone, and takes the others from there.
    const std::string name(list.name);
    out += (first ? "\n" : ",\n") + quoted(name) + ':';
    out += with_frame && !is_frame(list) ? R"({"$ref":"#/$defs/layers/properties/)" + name + "\"}" : layer_schema(list);
    first = false;
  }
  return out + "}}";
}

}  // namespace

std::string json_schema() {
  std::string capture;
  for (const ListInfo& list : field_table()) {
    if (is_capture(list)) capture = object_schema(list);
  }
  return R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
"title":"pktferry message",
"description":"One packet's header fields",
"type":"object","additionalProperties":false,"required":["timestamp"],
"properties":{
"timestamp":{"type":"string","pattern":"^[0-9]{1,20}$","description":"Time of the packet since the Unix epoch"},
"capture":)" +
         capture + ",\n\"layers\":" + layers_schema(true) +
         R"(,
"inner":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/layers"}}},
"$defs":{"layers":)" +
         layers_schema(false) + "}}\n";
}

}  // namespace pktferry::encode
