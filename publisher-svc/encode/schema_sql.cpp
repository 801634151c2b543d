// Table definitions. JSON's recursion (the layers of inner objects and of quoted packets) is cut after one level: SQL
// has no recursive types.
#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "publisher-svc/encode/field_table.hpp"
#include "publisher-svc/encode/schema_formats.hpp"

namespace pktferry::encode {
namespace {

// Names of ours that a dialect's grammar reserves.
constexpr std::array<std::string_view, 2> kReservedByKsqldb{"null", "inner"};
constexpr std::array<std::string_view, 4> kReservedByFlink{"timestamp", "ordinal", "null", "inner"};

class SqlWriter {
 public:
  explicit SqlWriter(SqlDialect dialect) : is_flink_(dialect == SqlDialect::kFlink) {}

  std::string name(std::string_view name) const {
    const std::span<const std::string_view> reserved =
        is_flink_ ? std::span<const std::string_view>(kReservedByFlink) : kReservedByKsqldb;
    const bool quote = std::find(reserved.begin(), reserved.end(), name) != reserved.end();
    return quote ? '`' + std::string(name) + '`' : std::string(name);
  }
  std::string text_type() const { return is_flink_ ? "STRING" : "VARCHAR"; }
  std::string object_type(const std::string& members) const { return (is_flink_ ? "ROW<" : "STRUCT<") + members + '>'; }
  static std::string array_type(const std::string& element) { return "ARRAY<" + element + '>'; }
  static std::string number_type(std::uint64_t max_value) {
    return max_value <= std::numeric_limits<std::int32_t>::max() ? "INT" : "BIGINT";
  }

  std::string list_type(const ListInfo& list, bool with_quoted, int indent) const {
    std::string members;
    for (const FieldInfo& field : list.fields) {
      if (field.type == FieldType::kLayers && !with_quoted) continue;
      append(members, name(field.name) + ' ' + field_type(field, indent + 1), indent);
    }
    return object_type(members);
  }
  std::string layers_type(bool with_frame, bool with_quoted, int indent) const {
    std::string members;
    for (const ListInfo& list : field_table()) {
      if (!is_protocol(list) && !(with_frame && is_frame(list))) continue;
      const std::string type = list_type(list, with_quoted, indent + 1);
      append(members, name(list.name) + ' ' + (list.repeats ? array_type(type) : type), indent);
    }
    return object_type(members);
  }

 private:
  static void append(std::string& members, const std::string& member, int indent) {
    if (!members.empty()) members += ',';
    members += '\n' + std::string(static_cast<std::size_t>(indent) * 2, ' ') + member;
  }
  std::string field_type(const FieldInfo& field, int indent) const {
    switch (field.type) {
      case FieldType::kNumber:
      case FieldType::kBoolean: return number_type(field.max_value);
      case FieldType::kNumbers: return array_type(number_type(field.max_value));
      case FieldType::kObjects: return array_type(list_type(*field.elements, false, indent));
      case FieldType::kLayers: return layers_type(false, false, indent);
      case FieldType::kMac:
      case FieldType::kIpv4:
      case FieldType::kIpv6:
      case FieldType::kHex:
      case FieldType::kText:
      case FieldType::kTime: return text_type();
    }
    return {};
  }

  bool is_flink_;
};

constexpr std::string_view kKsqldbHead =
    R"(-- pktferry's messages as a ksqlDB stream. The time of an event (ROWTIME) is the Kafka record's: the packet's
-- own time where it lies within --max-age, else the time of publishing. The column timestamp is the truth, in
-- microseconds as text (or what --timestamp-unit says); it is not the stream's TIMESTAMP, because ksqlDB would take its
-- digits for milliseconds.
-- Quoted packets and packets within packets are declared one level deep.
CREATE STREAM network_traffic (
  )";
constexpr std::string_view kKsqldbTail = R"(
) WITH (KAFKA_TOPIC='network-traffic', VALUE_FORMAT='JSON');
)";
constexpr std::string_view kFlinkHead =
    R"(-- pktferry's messages as a Flink table. Replace ${TOPIC} and ${BOOT} (bootstrap servers). `event_time` takes the
-- microseconds of `timestamp` (for --timestamp-unit ms or ns divide by 1 or 1000000 instead of 1000).
-- Quoted packets and packets within packets are declared one level deep.
CREATE TABLE network_traffic (
  )";
constexpr std::string_view kFlinkTail = R"(,
  event_time AS TO_TIMESTAMP_LTZ(CAST(`timestamp` AS BIGINT) / 1000, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = '${TOPIC}',
  'properties.bootstrap.servers' = '${BOOT}',
  'properties.group.id' = 'pktferry-flink',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);
)";

}  // namespace

std::string sql_schema(SqlDialect dialect) {
  const SqlWriter sql(dialect);
  std::string columns = sql.name("timestamp") + ' ' + sql.text_type();
  for (const ListInfo& list : field_table()) {
    if (is_capture(list)) columns += ",\n  capture " + sql.list_type(list, false, 2);
  }
  columns += ",\n  layers " + sql.layers_type(true, true, 2);
  columns += ",\n  " + sql.name("inner") + ' ' + SqlWriter::array_type(sql.layers_type(false, false, 2));
  const bool is_flink = dialect == SqlDialect::kFlink;
  return std::string(is_flink ? kFlinkHead : kKsqldbHead) + columns + std::string(is_flink ? kFlinkTail : kKsqldbTail);
}

}  // namespace pktferry::encode
