#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "publisher-svc/encode/encoder.hpp"
#include "tests/publisher-svc/encode/crafted_record.hpp"
#include "tests/support/json.hpp"

namespace pktferry::encode {
namespace {

using pktferry::testing::json_at;
using pktferry::testing::parse_json;
using testing::CraftedRecord;
using testing::encode_text;

std::string encode_selected(CraftedRecord& record, const std::vector<std::string>& fields) {
  EncoderOptions options = testing::crafted_options();
  options.fields = fields;
  std::string text = encode_text(Encoder(options), record.view());
  parse_json(text);
  return text;
}

CraftedRecord tcp_record() {
  CraftedRecord record;
  record.add_ethernet();
  record.add_ipv4(6);
  record.add_tcp();
  return record;
}

CraftedRecord txt_record() {
  CraftedRecord record;
  record.add_udp();
  record.add_dns({{.name = "a.example", .type = 16}},
                 {{.name = "a.example", .type = 16, .data_kind = record::DnsData::kText, .data = "secret"}});
  return record;
}

std::string error_of(const std::vector<std::string>& fields) {
  EncoderOptions options;
  options.fields = fields;
  try {
    Encoder encoder(options);
  } catch (const FieldError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Selection, WritesSingleFieldsWithTheirTimestampAndNothingElse) {
  CraftedRecord record = tcp_record();
  EXPECT_EQ(encode_selected(record, {"ip_ip_src", "tcp.tcp_tcp_dstport"}),
            R"({"timestamp":"1661859047292967","layers":{"ip":{"ip_ip_src":"212.199.202.9"},)"
            R"("tcp":{"tcp_tcp_dstport":44160}}})");
}

TEST(Selection, WritesWholeLayersByTheirName) {
  CraftedRecord record = tcp_record();
  const auto json = parse_json(encode_selected(record, {"eth", "capture"}));
  EXPECT_EQ(json_at(json, "capture/lane"), "0");
  EXPECT_EQ(json_at(json, "layers/eth/eth_eth_type"), "2048");
  EXPECT_EQ(json_at(json, "layers/ip"), "absent");
  EXPECT_EQ(json_at(json, "layers/frame"), "absent");
}

TEST(Selection, TakesOutOfEverythingWhereOnlyExclusionsAreNamed) {
  CraftedRecord record = tcp_record();
  const auto json = parse_json(encode_selected(record, {"-tcp", "-capture.node", "-ip_ip_src"}));
  EXPECT_EQ(json_at(json, "layers/tcp"), "absent");
  EXPECT_EQ(json_at(json, "capture/node"), "absent");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_src"), "absent");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_dst"), "\"10.0.0.6\"");
  EXPECT_EQ(json_at(json, "capture/ordinal"), "1290");
}

TEST(Selection, TakesFieldsOutOfNamedLayersInTheOrderGiven) {
  CraftedRecord record = tcp_record();
  const auto json = parse_json(encode_selected(record, {"ip", "-ip_ip_ttl", "-ip_ip_src", "ip_ip_src"}));
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_ttl"), "absent");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_src"), "\"212.199.202.9\"");
  EXPECT_EQ(json_at(json, "layers/tcp"), "absent");
}

TEST(Selection, KeepsTheTimestampAloneWhereThePacketHasNoneOfTheFields) {
  CraftedRecord record = tcp_record();
  EXPECT_EQ(encode_selected(record, {"udp", "vlan_vlan_id", "dns"}), R"({"timestamp":"1661859047292967"})");
  EXPECT_EQ(encode_selected(record, {"timestamp"}), R"({"timestamp":"1661859047292967"})");
}

TEST(Selection, LeavesSensitiveTextOutUnlessTheFieldItselfIsNamed) {
  CraftedRecord record = txt_record();
  EXPECT_EQ(encode_selected(record, {}).find("secret"), std::string::npos);
  EXPECT_EQ(encode_selected(record, {"-udp"}).find("secret"), std::string::npos);
  EXPECT_EQ(encode_selected(record, {"dns"}).find("secret"), std::string::npos);
  EXPECT_EQ(encode_selected(record, {"dns.answers"}).find("secret"), std::string::npos);
  EXPECT_EQ(encode_selected(record, {"dns_dns_txt"}),
            R"({"timestamp":"1661859047292967","layers":{"dns":{"answers":[{"dns_dns_txt":"secret"}]}}})");
  const auto json = parse_json(encode_selected(record, {"dns", "dns_dns_txt"}));
  EXPECT_EQ(json_at(json, "layers/dns/answers/0/dns_dns_txt"), "\"secret\"");
  EXPECT_EQ(json_at(json, "layers/dns/answers/0/dns_dns_resp_name"), "\"a.example\"");
}

TEST(Selection, KnowsTheFieldsOfArraysByEveryPath) {
  CraftedRecord record = txt_record();
  const std::string expected =
      R"({"timestamp":"1661859047292967","layers":{"dns":{"questions":[{"dns_dns_qry_name":"a.example"}]}}})";
  for (const char* name :
       {"dns_dns_qry_name", "dns.dns_dns_qry_name", "questions.dns_dns_qry_name", "dns.questions.dns_dns_qry_name"}) {
    EXPECT_EQ(encode_selected(record, {name}), expected) << name;
  }
  const auto json = parse_json(encode_selected(record, {"dns.questions"}));
  EXPECT_EQ(json_at(json, "layers/dns/questions/0/dns_dns_qry_type"), "16");
  EXPECT_EQ(json_at(json, "layers/dns/answers"), "absent");
  EXPECT_EQ(json_at(json, "layers/dns/dns_dns_id"), "absent");
}

TEST(Selection, WritesOfAQuotedPacketWhatIsSelectedOfItsLayers) {
  CraftedRecord record;
  record.add_ipv4(1);
  record.add<record::Icmp>().type = 3;
  record.scope(record::kQuotedScope).add_ipv4(17);
  record.add_udp();

  EXPECT_EQ(encode_selected(record, {"icmp.quoted", "udp_udp_srcport"}),
            R"({"timestamp":"1661859047292967","layers":{"icmp":{"quoted":{"udp":{"udp_udp_srcport":53}}}}})");
  EXPECT_EQ(encode_selected(record, {"icmp_icmp_type", "ip_ip_ttl", "udp"}),
            R"({"timestamp":"1661859047292967","layers":{"ip":{"ip_ip_ttl":59},"icmp":{"icmp_icmp_type":3}}})");
  EXPECT_EQ(encode_selected(record, {"udp"}), R"({"timestamp":"1661859047292967"})");
}

TEST(Selection, RefusesANameThatDoesNotExistAndGivesTheNearest) {
  EXPECT_EQ(error_of({"ip", "ip_ip_scr"}),
            "--fields: \"ip_ip_scr\" is neither a layer nor a field; the nearest is \"ip_ip_src\" "
            "(`publisher-svc schema --format markdown` lists them all)");
  EXPECT_NE(error_of({"-tpc"}).find("the nearest is \"tcp\""), std::string::npos);
  EXPECT_NE(error_of({"ip.tcp_tcp_srcport"}).find("the nearest is \"tcp.tcp_tcp_srcport\""), std::string::npos);
  EXPECT_NE(error_of({""}).find("\"\" is neither"), std::string::npos);
  EXPECT_NE(error_of({"-"}).find("\"\" is neither"), std::string::npos);
  EXPECT_NE(error_of({"-timestamp"}).find("every message has"), std::string::npos);
}

TEST(Selection, KeepsItsErrorOnOneShortLine) {
  const std::string error = error_of({"a\nb" + std::string(100'000, '\xff')});
  EXPECT_EQ(error.find('\n'), std::string::npos);
  EXPECT_LT(error.size(), 800u);
}

}  // namespace
}  // namespace pktferry::encode
