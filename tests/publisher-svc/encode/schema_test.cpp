#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/encode/field_table.hpp"
#include "tests/support/json.hpp"

namespace pktferry::encode {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Schema, NamesEveryFieldInEveryFormat) {
  for (const SchemaFormat format :
       {SchemaFormat::kMarkdown, SchemaFormat::kJsonSchema, SchemaFormat::kKsqldb, SchemaFormat::kFlink}) {
    const std::string text = schema(format);
    for (const ListInfo& list : field_table()) {
      for (const FieldInfo& field : list.fields) EXPECT_TRUE(contains(text, field.name)) << field.name;
    }
  }
}

TEST(Schema, DescribesEveryField) {
  for (const ListInfo& list : field_table()) {
    EXPECT_FALSE(list.doc.about.empty()) << list.name;
    for (const FieldInfo& field : list.fields) {
      EXPECT_FALSE(field.doc.about.empty()) << field.name;
      EXPECT_EQ(field.doc.about.find('|'), std::string_view::npos) << "would end the cell of the table: " << field.name;
    }
  }
}

TEST(Schema, MarksSensitiveFields) {
  EXPECT_TRUE(contains(schema(SchemaFormat::kMarkdown), "| `dns_dns_txt` | string |  | "));
  EXPECT_TRUE(contains(schema(SchemaFormat::kMarkdown), "| yes: only when named |"));
}

TEST(Schema, JsonSchemaIsJsonWithBoundsAndClosedObjects) {
  const auto json = pktferry::testing::parse_json(schema(SchemaFormat::kJsonSchema));
  using pktferry::testing::json_at;
  EXPECT_EQ(json_at(json, "$schema"), "\"https://json-schema.org/draft/2020-12/schema\"");
  EXPECT_EQ(json_at(json, "additionalProperties"), "false");
  EXPECT_EQ(json_at(json, "$defs/layers/properties/ip/additionalProperties"), "false");
  EXPECT_EQ(json_at(json, "$defs/layers/properties/ip/properties/ip_ip_ttl/maximum"), "255");
  EXPECT_EQ(json_at(json, "$defs/layers/properties/tcp/properties/tcp_tcp_srcport/maximum"), "65535");
  EXPECT_EQ(json_at(json, "$defs/layers/properties/tcp/properties/tcp_tcp_flags_syn/maximum"), "1");
  EXPECT_EQ(json_at(json, "$defs/layers/properties/vlan/type"), "\"array\"");
  EXPECT_EQ(json_at(json, "$defs/layers/properties/frame"), "absent");
  EXPECT_NE(json_at(json, "properties/layers/properties/frame"), "absent");
}

TEST(Schema, SqlQuotesTheNamesThatItsGrammarReserves) {
  const std::string ksqldb = schema(SchemaFormat::kKsqldb);
  EXPECT_TRUE(contains(ksqldb, "CREATE STREAM network_traffic (\n  timestamp VARCHAR,"));
  EXPECT_TRUE(contains(ksqldb, "    `null` STRUCT<\n      null_null_family BIGINT>"));
  EXPECT_TRUE(contains(ksqldb, "  `inner` ARRAY<STRUCT<"));
  EXPECT_TRUE(contains(ksqldb, ") WITH (KAFKA_TOPIC='network-traffic', VALUE_FORMAT='JSON');"));
  const std::string flink = schema(SchemaFormat::kFlink);
  EXPECT_TRUE(contains(flink, "CREATE TABLE network_traffic (\n  `timestamp` STRING,"));
  EXPECT_TRUE(contains(flink, "    `ordinal` BIGINT,"));
  EXPECT_TRUE(contains(flink, "    `null` ROW<\n      null_null_family BIGINT>"));
  EXPECT_TRUE(contains(flink, "  event_time AS TO_TIMESTAMP_LTZ(CAST(`timestamp` AS BIGINT) / 1000, 3),"));
  EXPECT_TRUE(contains(flink, "'topic' = '${TOPIC}'"));
}

TEST(Schema, SqlTypesHoldEveryValueAndClose) {
  for (const SchemaFormat format : {SchemaFormat::kKsqldb, SchemaFormat::kFlink}) {
    const std::string text = schema(format);
    const std::string body = text.substr(text.find("CREATE"));
    EXPECT_EQ(std::count(body.begin(), body.end(), '<'), std::count(body.begin(), body.end(), '>'));
    EXPECT_EQ(std::count(body.begin(), body.end(), '('), std::count(body.begin(), body.end(), ')'));
    EXPECT_TRUE(contains(text, "tcp_tcp_srcport INT,"));
    EXPECT_TRUE(contains(text, "tcp_tcp_seq_raw BIGINT,"));
    EXPECT_TRUE(contains(text, "tcp_tcp_flags_syn INT,"));
    EXPECT_TRUE(contains(text, "tcp_tcp_option_kind ARRAY<INT>,"));
    EXPECT_TRUE(contains(text, "tcp_tcp_options_sack_le ARRAY<BIGINT>,"));
  }
}

}  // namespace
}  // namespace pktferry::encode
