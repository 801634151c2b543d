// Messages against the JSON Schema that is published for them.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "publisher-svc/encode/encoder.hpp"
#include "tests/contract/json_schema.hpp"
#include "tests/publisher-svc/encode/crafted_record.hpp"

namespace pktferry::encode {
namespace {

using pktferry::testing::JsonSchema;
using pktferry::testing::parse_json;
using testing::CraftedRecord;

std::string fault_of(std::string_view message) {
  static const JsonSchema json_schema(schema(SchemaFormat::kJsonSchema));
  return json_schema.fault_of(parse_json(message));
}

std::string fault_of(CraftedRecord& record) {
  return fault_of(testing::encode_text(Encoder(testing::crafted_options()), record.view()));
}

TEST(MessageSchema, AcceptsARecordWithoutLayers) {
  CraftedRecord record;
  EXPECT_EQ(fault_of(record), "");
}

TEST(MessageSchema, AcceptsEveryLayerWithAllItHas) {
  CraftedRecord record;
  record.add_ethernet();
  record.add<record::Vlan>().type = 0x8100;
  record.add<record::Vlan>().type = 100;
  record.add<record::LinuxCooked>().version = 2;
  record.add<record::Loopback>();
  auto& arp = record.add<record::Arp>();
  arp.hardware_size = 6;
  arp.protocol_size = 4;
  record.add_ipv4(1, "abc");
  record.add_ipv6(58);
  for (const std::uint8_t protocol : std::array<std::uint8_t, 7>{0, 43, 44, 51, 60, 135, 200}) {
    record.add<record::Ipv6Extension>().protocol = protocol;
  }
  record.add_tcp(0xff, {{1, 2}, {3, 4}}, "abcd");
  record.add_udp();
  record.add<record::Icmp>().present = 0xff;
  record.add_dns({{.name = "q"}}, {{.name = "a", .type = 15, .data_kind = record::DnsData::kName, .data = "m"}});
  auto& icmpv6 = record.add<record::Icmpv6>();
  icmpv6.type = 136;
  icmpv6.present = 0xff;
  record.scope(record::kQuotedScope).add_ipv6(17);
  record.add_udp();
  EXPECT_EQ(fault_of(record), "");
}

TEST(MessageSchema, AcceptsTunnelsAndQuotedPacketsWithinThem) {
  CraftedRecord record;
  record.add_ethernet();
  record.add_ipv4(47);
  record.scope(1).add_ipv4(1);
  record.add<record::Icmp>();
  record.scope(record::kQuotedScope).add_ipv4(6);
  record.add_tcp(0);
  EXPECT_EQ(fault_of(record), "");
}

TEST(MessageSchema, RefusesWhatNoMessageMayHold) {
  EXPECT_EQ(fault_of(R"({"timestamp":"1"})"), "");
  EXPECT_NE(fault_of(R"({})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":1})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":"1","other":1})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":"1","layers":{}})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":"1","layers":{"vlan":{"vlan_vlan_id":1}}})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":"1","layers":{"ip":{"ip_ip_ttl":256}}})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":"1","layers":{"ip":{"ip_ip_src":"10.0.0.256"}}})"), "");
  EXPECT_NE(fault_of(R"({"timestamp":"1","inner":[{"frame":{"frame_frame_number":1}}]})"), "");
}

}  // namespace
}  // namespace pktferry::encode
