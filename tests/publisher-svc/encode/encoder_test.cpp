#include "publisher-svc/encode/encoder.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "tests/publisher-svc/encode/crafted_record.hpp"
#include "tests/support/json.hpp"

namespace pktferry::encode {
namespace {

using pktferry::testing::json_at;
using pktferry::testing::parse_json;
using testing::crafted_options;
using testing::CraftedRecord;
using testing::encode_text;

rapidjson::Document encode_json(CraftedRecord& record) {
  return parse_json(encode_text(Encoder(crafted_options()), record.view()));
}

// The one member of `layers` besides `frame`, as text.
std::string encode_layer(CraftedRecord& record, std::string_view name) {
  return json_at(encode_json(record), "layers/" + std::string(name));
}

TEST(Encoder, WritesARecordWithoutLayers) {
  CraftedRecord record;
  EXPECT_EQ(encode_text(Encoder(crafted_options()), record.view(), "eth0", 3),
            R"({"timestamp":"1661859047292967",)"
            R"("capture":{"node":"n1","ring":"5f3a8c0d5f3a8c0d5f3a8c0d5f3a8c0d","interface":"eth0","lane":3,)"
            R"("sequence":1294,"ordinal":1290,"weight":1,"malformed":0,"truncated":0,"limited":0,"payload_length":0},)"
            R"("layers":{"frame":{"frame_frame_time":"1661859047292967","frame_frame_number":17,)"
            R"("frame_frame_length":74,"frame_frame_cap_len":74,"frame_frame_protocols":""}}})");
}

TEST(Encoder, WritesTimesInTheUnitAskedFor) {
  CraftedRecord record;
  EncoderOptions options = crafted_options();
  options.timestamp_unit = TimestampUnit::kMilliseconds;
  auto json = parse_json(encode_text(Encoder(options), record.view()));
  EXPECT_EQ(json_at(json, "timestamp"), "\"1661859047292\"");
  EXPECT_EQ(json_at(json, "layers/frame/frame_frame_time"), "\"1661859047292\"");
  options.timestamp_unit = TimestampUnit::kNanoseconds;
  json = parse_json(encode_text(Encoder(options), record.view()));
  EXPECT_EQ(json_at(json, "timestamp"), "\"1661859047292967123\"");
  record.header().timestamp_ns = 0;
  EXPECT_EQ(json_at(encode_json(record), "timestamp"), "\"0\"");
}

TEST(Encoder, WritesTheFlagsOfTheRecord) {
  CraftedRecord record;
  record.header().flags = record::kMalformed | record::kLimited | record::kHasPayload;
  record.header().payload_length = 1400;
  record.header().sampling_weight = 100;
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "capture/malformed"), "1");
  EXPECT_EQ(json_at(json, "capture/truncated"), "0");
  EXPECT_EQ(json_at(json, "capture/limited"), "1");
  EXPECT_EQ(json_at(json, "capture/payload_length"), "1400");
  EXPECT_EQ(json_at(json, "capture/weight"), "100");
  EXPECT_EQ(json_at(json, "layers/frame/frame_frame_protocols"), "\"payload\"");
}

TEST(Encoder, EscapesNodeAndInterfaceAndCutsThemAtTheirBounds) {
  CraftedRecord record;
  EncoderOptions options = crafted_options();
  options.node = "n\"1\xff" + std::string(300, '\x01');
  const auto json = parse_json(encode_text(Encoder(options), record.view(), "a\nb" + std::string(100, 'x')));
  const rapidjson::Value* node = pktferry::testing::find_json(json, "capture/node");
  EXPECT_EQ(std::string(node->GetString(), node->GetStringLength()), "n\"1\xc3\xbf" + std::string(251, '\x01'));
  const rapidjson::Value* interface_name = pktferry::testing::find_json(json, "capture/interface");
  EXPECT_EQ(std::string(interface_name->GetString()), "a\nb" + std::string(61, 'x'));
}

TEST(Encoder, WritesAnEthernetLengthUnderItsOwnName) {
  CraftedRecord record;
  record.add_ethernet(38).trailer_size = 8;
  EXPECT_EQ(encode_layer(record, "eth"),
            R"({"eth_eth_dst":"08:00:27:19:1c:78","eth_eth_src":"30:46:9a:23:fb:fa","eth_eth_len":38,)"
            R"("eth_eth_header_size":14,"eth_eth_trailer_size":8})");
  CraftedRecord bounds;
  bounds.add_ethernet(1535);
  EXPECT_EQ(json_at(encode_json(bounds), "layers/eth/eth_eth_len"), "1535");
  CraftedRecord above;
  above.add_ethernet(1536);
  EXPECT_EQ(json_at(encode_json(above), "layers/eth/eth_eth_type"), "1536");
  EXPECT_EQ(json_at(encode_json(above), "layers/eth/eth_eth_len"), "absent");
}

TEST(Encoder, WritesVlanTagsAsAnArrayAlsoWhenThereIsOne) {
  CraftedRecord record;
  record.add_ethernet(0x8100);
  auto& first = record.add<record::Vlan>();
  first.id = 666;
  first.priority = 5;
  first.dei = 1;
  first.type = 0x8100;
  const std::string first_tag =
      R"({"vlan_vlan_priority":5,"vlan_vlan_dei":1,"vlan_vlan_id":666,"vlan_vlan_etype":33024})";
  EXPECT_EQ(encode_layer(record, "vlan"), '[' + first_tag + ']');

  auto& second = record.add<record::Vlan>();
  second.id = 4095;
  second.type = 100;
  EXPECT_EQ(
      encode_layer(record, "vlan"),
      '[' + first_tag + R"(,{"vlan_vlan_priority":0,"vlan_vlan_dei":0,"vlan_vlan_id":4095,"vlan_vlan_len":100}])");
  EXPECT_EQ(json_at(encode_json(record), "layers/frame/frame_frame_protocols"), "\"eth:vlan:vlan\"");
}

TEST(Encoder, WritesLinuxCookedAddressesByTheirLength) {
  CraftedRecord record;
  auto& sll = record.add<record::LinuxCooked>();
  sll.version = 1;
  sll.packet_type = 4;
  sll.hardware_type = 1;
  sll.protocol = 0x86dd;
  sll.address_length = 6;
  testing::set_bytes(sll.address, {0, 0x12, 0x44, 0x1e, 0x74, 0, 0xf6, 0x7f});
  EXPECT_EQ(encode_layer(record, "sll"),
            R"({"sll_sll_pkttype":4,"sll_sll_hatype":1,"sll_sll_halen":6,"sll_sll_src_eth":"00:12:44:1e:74:00",)"
            R"("sll_sll_etype":34525})");
  sll.address_length = 4;
  EXPECT_EQ(json_at(encode_json(record), "layers/sll/sll_sll_src_ipv4"), "\"0.18.68.30\"");
  sll.address_length = 0;
  EXPECT_EQ(json_at(encode_json(record), "layers/sll/sll_sll_src_other"), "absent");
  sll.address_length = 3;
  EXPECT_EQ(json_at(encode_json(record), "layers/sll/sll_sll_src_other"), "\"00:12:44\"");
  sll.address_length = 255;
  EXPECT_EQ(json_at(encode_json(record), "layers/sll/sll_sll_src_other"), "\"00:12:44:1e:74:00:f6:7f\"");
  EXPECT_EQ(json_at(encode_json(record), "layers/sll/sll_sll_halen"), "255");
}

TEST(Encoder, WritesTheInterfaceIndexOfLinuxCookedVersion2Only) {
  CraftedRecord record;
  auto& sll = record.add<record::LinuxCooked>();
  sll.version = 2;
  sll.interface_index = 3;
  sll.protocol = 4;
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/sll/sll_sll_ifindex"), "3");
  EXPECT_EQ(json_at(json, "layers/sll/sll_sll_ltype"), "4");
  EXPECT_EQ(json_at(json, "layers/sll/sll_sll_etype"), "absent");
  sll.version = 1;
  EXPECT_EQ(json_at(encode_json(record), "layers/sll/sll_sll_ifindex"), "absent");
}

TEST(Encoder, WritesLoopback) {
  CraftedRecord record;
  record.add<record::Loopback>().family = 30;
  EXPECT_EQ(encode_layer(record, "null"), R"({"null_null_family":30})");
}

TEST(Encoder, WritesArpWithAddressesOfEthernetAndIpv4Only) {
  CraftedRecord record;
  auto& arp = record.add<record::Arp>();
  arp.hardware_type = 1;
  arp.protocol_type = 0x0800;
  arp.hardware_size = 6;
  arp.protocol_size = 4;
  arp.opcode = 2;
  testing::set_bytes(arp.sender_hardware, {0xca, 3, 0x0d, 0xb4, 0, 0x1c});
  testing::set_bytes(arp.sender_protocol, {192, 168, 2, 200});
  testing::set_bytes(arp.target_protocol, {192, 168, 2, 254});
  EXPECT_EQ(encode_layer(record, "arp"),
            R"({"arp_arp_hw_type":1,"arp_arp_proto_type":2048,"arp_arp_hw_size":6,"arp_arp_proto_size":4,)"
            R"("arp_arp_opcode":2,"arp_arp_src_hw_mac":"ca:03:0d:b4:00:1c","arp_arp_src_proto_ipv4":"192.168.2.200",)"
            R"("arp_arp_dst_hw_mac":"00:00:00:00:00:00","arp_arp_dst_proto_ipv4":"192.168.2.254"})");
  arp.hardware_size = 8;
  EXPECT_EQ(encode_layer(record, "arp"),
            R"({"arp_arp_hw_type":1,"arp_arp_proto_type":2048,"arp_arp_hw_size":8,"arp_arp_proto_size":4,)"
            R"("arp_arp_opcode":2})");
}

TEST(Encoder, WritesIpv4OptionsAsAnArrayAndFragmentsInTheHeadersUnits) {
  CraftedRecord record;
  record.add_ipv4(17, std::string("\x86\x00\x01", 3)).fragment = 0xe000 | 185;
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_opt_type"), "[134,0,1]");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_flags"), "7");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_flags_rb"), "1");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_flags_df"), "1");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_flags_mf"), "1");
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_frag_offset"), "185");
}

TEST(Encoder, WritesIpv6WithItsExtensionHeadersAsAnArray) {
  CraftedRecord record;
  record.add_ipv6(0);
  auto& options = record.add<record::Ipv6Extension>();
  options.protocol = 0;
  options.next_header = 43;
  options.length = 8;
  auto& routing = record.add<record::Ipv6Extension>();
  routing.protocol = 43;
  routing.next_header = 44;
  routing.length = 24;
  routing.routing_type = 4;
  routing.segments_left = 1;
  auto& fragment = record.add<record::Ipv6Extension>();
  fragment.protocol = 44;
  fragment.next_header = 17;
  fragment.length = 8;
  fragment.fragment_offset = 181;
  fragment.more_fragments = 1;
  fragment.fragment_id = 0xf88eb466;
  const auto json = encode_json(record);
  EXPECT_EQ(
      json_at(json, "layers/ipv6"),
      R"({"ipv6_ipv6_version":6,"ipv6_ipv6_tclass":184,"ipv6_ipv6_flow":135817,"ipv6_ipv6_plen":1456,)"
      R"("ipv6_ipv6_nxt":0,"ipv6_ipv6_hlim":64,"ipv6_ipv6_src":"2404:6800:8004::68","ipv6_ipv6_dst":"ff02::fb"})");
  EXPECT_EQ(json_at(json, "layers/ipv6_ext"),
            R"([{"ipv6_ext_type":0,"ipv6_ext_nxt":43,"ipv6_ext_len":8},)"
            R"({"ipv6_ext_type":43,"ipv6_ext_nxt":44,"ipv6_ext_len":24,"ipv6_ipv6_routing_type":4,)"
            R"("ipv6_ipv6_routing_segleft":1},)"
            R"({"ipv6_ext_type":44,"ipv6_ext_nxt":17,"ipv6_ext_len":8,"ipv6_ipv6_fraghdr_offset":181,)"
            R"("ipv6_ipv6_fraghdr_more":1,"ipv6_ipv6_fraghdr_ident":4170101862}])");
  EXPECT_EQ(json_at(json, "layers/frame/frame_frame_protocols"), "\"ipv6:ipv6.hopopts:ipv6.routing:ipv6.fraghdr\"");
}

TEST(Encoder, WritesTcpWithItsOptions) {
  CraftedRecord record;
  auto& tcp = record.add_tcp(record::Tcp::kWholeHeader | record::Tcp::kMss | record::Tcp::kWindowScale |
                                 record::Tcp::kSackPermitted | record::Tcp::kTimestamps,
                             {{1, 4294967295}, {5, 6}}, std::string("\x02\x04\x08\x01\x03", 5));
  tcp.flags = 0xfff;
  tcp.mss = 1460;
  tcp.window_scale = 7;
  tcp.timestamp_value = 3555735960;
  tcp.timestamp_echo = 196757;
  tcp.header_words = 15;
  EXPECT_EQ(encode_layer(record, "tcp"),
            R"({"tcp_tcp_srcport":80,"tcp_tcp_dstport":44160,"tcp_tcp_seq_raw":3089746840,)"
            R"("tcp_tcp_ack_raw":3916895622,"tcp_tcp_hdr_len":60,"tcp_tcp_flags":4095,"tcp_tcp_flags_res":1,)"
            R"("tcp_tcp_flags_ae":1,"tcp_tcp_flags_cwr":1,"tcp_tcp_flags_ece":1,"tcp_tcp_flags_urg":1,)"
            R"("tcp_tcp_flags_ack":1,"tcp_tcp_flags_push":1,"tcp_tcp_flags_reset":1,"tcp_tcp_flags_syn":1,)"
            R"("tcp_tcp_flags_fin":1,"tcp_tcp_window_size_value":20178,"tcp_tcp_checksum":56993,)"
            R"("tcp_tcp_urgent_pointer":0,"tcp_tcp_len":9,"tcp_tcp_option_kind":[2,4,8,1,3],)"
            R"("tcp_tcp_options_mss_val":1460,"tcp_tcp_options_wscale_shift":7,)"
            R"("tcp_tcp_options_timestamp_tsval":3555735960,"tcp_tcp_options_timestamp_tsecr":196757,)"
            R"("tcp_tcp_options_sack_le":[1,5],"tcp_tcp_options_sack_re":[4294967295,6]})");
}

TEST(Encoder, WritesEveryTcpFlagInItsOwnField) {
  const char* names[] = {"fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr", "ae", "res", "res", "res"};
  for (unsigned bit = 0; bit < 12; ++bit) {
    CraftedRecord record;
    record.add_tcp().flags = static_cast<std::uint16_t>(1u << bit);
    const auto json = encode_json(record);
    for (const char* name : names) {
      EXPECT_EQ(json_at(json, std::string("layers/tcp/tcp_tcp_flags_") + name),
                std::string_view(name) == names[bit] ? "1" : "0")
          << name << " of bit " << bit;
    }
  }
}

TEST(Encoder, WritesOfACutTcpHeaderThePortsAndTheSequenceNumber) {
  CraftedRecord record;
  record.add_tcp(0);
  EXPECT_EQ(encode_layer(record, "tcp"),
            R"({"tcp_tcp_srcport":80,"tcp_tcp_dstport":44160,"tcp_tcp_seq_raw":3089746840})");
}

TEST(Encoder, WritesUdp) {
  CraftedRecord record;
  record.add_udp();
  EXPECT_EQ(encode_layer(record, "udp"),
            R"({"udp_udp_srcport":53,"udp_udp_dstport":40000,"udp_udp_length":117,"udp_udp_checksum":15398})");
}

TEST(Encoder, WritesOfIcmpWhatTheMessageHas) {
  CraftedRecord record;
  auto& icmp = record.add<record::Icmp>();
  icmp.type = 8;
  icmp.checksum = 0x2950;
  icmp.present = record::Icmp::kEcho;
  icmp.identifier = 35850;
  icmp.sequence = 1;
  icmp.mtu = 1400;
  testing::set_bytes(icmp.gateway, {10, 0, 0, 1});
  EXPECT_EQ(encode_layer(record, "icmp"),
            R"({"icmp_icmp_type":8,"icmp_icmp_code":0,"icmp_icmp_checksum":10576,"icmp_icmp_ident":35850,)"
            R"("icmp_icmp_seq":1})");
  icmp.present = record::Icmp::kMtu;
  EXPECT_EQ(encode_layer(record, "icmp"),
            R"({"icmp_icmp_type":8,"icmp_icmp_code":0,"icmp_icmp_checksum":10576,"icmp_icmp_mtu":1400})");
  icmp.present = record::Icmp::kGateway;
  EXPECT_EQ(encode_layer(record, "icmp"),
            R"({"icmp_icmp_type":8,"icmp_icmp_code":0,"icmp_icmp_checksum":10576,"icmp_icmp_redir_gw":"10.0.0.1"})");
}

TEST(Encoder, WritesOfIcmpv6WhatTheMessageHas) {
  CraftedRecord record;
  auto& icmp = record.add<record::Icmpv6>();
  icmp.type = 136;
  icmp.present = record::Icmpv6::kTarget | record::Icmpv6::kLinkLayerAddress;
  testing::set_bytes(icmp.link_layer_address, {0xc2, 0, 0x54, 0xf5, 0, 0});
  testing::set_bytes(icmp.target, {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0x54, 0xff, 0xfe, 0xf5, 0, 0});
  EXPECT_EQ(encode_layer(record, "icmpv6"),
            R"({"icmpv6_icmpv6_type":136,"icmpv6_icmpv6_code":0,"icmpv6_icmpv6_checksum":0,)"
            R"("icmpv6_icmpv6_nd_na_target_address":"fe80::c000:54ff:fef5:0",)"
            R"("icmpv6_icmpv6_opt_linkaddr":"c2:00:54:f5:00:00"})");
  icmp.type = 135;
  EXPECT_NE(json_at(encode_json(record), "layers/icmpv6/icmpv6_icmpv6_nd_ns_target_address"), "absent");
  icmp.type = 137;
  EXPECT_NE(json_at(encode_json(record), "layers/icmpv6/icmpv6_icmpv6_nd_rd_target_address"), "absent");
  icmp.type = 2;
  icmp.present = record::Icmpv6::kMtu | record::Icmpv6::kEcho;
  icmp.mtu = 4294967295;
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/icmpv6/icmpv6_icmpv6_mtu"), "4294967295");
  EXPECT_EQ(json_at(json, "layers/icmpv6/icmpv6_icmpv6_echo_identifier"), "0");
}

TEST(Encoder, WritesDnsQuestionsAndAnswersAsArraysOfObjects) {
  CraftedRecord record;
  record.add_dns(
      {{.name = "www.Example.org", .type = 28}},
      {{.name = "www.Example.org", .type = 5, .ttl_s = 300, .data_kind = record::DnsData::kName, .data = "e.org"},
       {.name = "e.org",
        .type = 1,
        .ttl_s = 4294967295,
        .data_kind = record::DnsData::kIpv4,
        .data = std::string("\x7f\0\0\1", 4)},
       {.name = "e.org",
        .type = 28,
        .data_kind = record::DnsData::kIpv6,
        .data = std::string("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16)},
       {.name = "", .type = 2, .data_kind = record::DnsData::kName, .data = "ns"},
       {.name = "p", .type = 12, .klass = 0x8001, .data_kind = record::DnsData::kName, .data = "ptr"},
       {.name = "m", .type = 15, .data_kind = record::DnsData::kName, .data = "mx", .preference = 10},
       {.name = "x", .type = 33}});
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/dns/questions"),
            R"([{"dns_dns_qry_name":"www.Example.org","dns_dns_qry_type":28,"dns_dns_qry_class":1}])");
  const auto answer = [&](int index) { return json_at(json, "layers/dns/answers/" + std::to_string(index)); };
  EXPECT_EQ(answer(0), R"({"dns_dns_resp_name":"www.Example.org","dns_dns_resp_type":5,"dns_dns_resp_class":1,)"
                       R"("dns_dns_resp_ttl":300,"dns_dns_cname":"e.org"})");
  EXPECT_EQ(answer(1), R"({"dns_dns_resp_name":"e.org","dns_dns_resp_type":1,"dns_dns_resp_class":1,)"
                       R"("dns_dns_resp_ttl":4294967295,"dns_dns_a":"127.0.0.1"})");
  EXPECT_EQ(answer(2), R"({"dns_dns_resp_name":"e.org","dns_dns_resp_type":28,"dns_dns_resp_class":1,)"
                       R"("dns_dns_resp_ttl":0,"dns_dns_aaaa":"fe80::1"})");
  EXPECT_EQ(answer(3), R"({"dns_dns_resp_name":"","dns_dns_resp_type":2,"dns_dns_resp_class":1,)"
                       R"("dns_dns_resp_ttl":0,"dns_dns_ns":"ns"})");
  EXPECT_EQ(answer(4), R"({"dns_dns_resp_name":"p","dns_dns_resp_type":12,"dns_dns_resp_class":32769,)"
                       R"("dns_dns_resp_ttl":0,"dns_dns_ptr_domain_name":"ptr"})");
  EXPECT_EQ(answer(5), R"({"dns_dns_resp_name":"m","dns_dns_resp_type":15,"dns_dns_resp_class":1,)"
                       R"("dns_dns_resp_ttl":0,"dns_dns_mx_preference":10,"dns_dns_mx_mail_exchange":"mx"})");
  EXPECT_EQ(answer(6), R"({"dns_dns_resp_name":"x","dns_dns_resp_type":33,"dns_dns_resp_class":1,)"
                       R"("dns_dns_resp_ttl":0})");
  EXPECT_EQ(answer(7), "absent");
}

TEST(Encoder, WritesTheDnsHeaderAlsoWithoutEntries) {
  CraftedRecord record;
  record.add_dns({}, {}).flags = 0x7bf5;
  EXPECT_EQ(encode_layer(record, "dns"),
            R"({"dns_dns_id":11629,"dns_dns_flags":31733,"dns_dns_flags_response":0,"dns_dns_flags_opcode":15,)"
            R"("dns_dns_flags_authoritative":0,"dns_dns_flags_truncated":1,"dns_dns_flags_recdesired":1,)"
            R"("dns_dns_flags_recavail":1,"dns_dns_flags_z":1,"dns_dns_flags_authenticated":1,)"
            R"("dns_dns_flags_checkdisable":1,"dns_dns_flags_rcode":5,"dns_dns_count_queries":0,)"
            R"("dns_dns_count_answers":0,"dns_dns_count_auth_rr":0,"dns_dns_count_add_rr":0})");
}

TEST(Encoder, EscapesNamesOfAnyBytes) {
  CraftedRecord record;
  record.add_dns({{.name = std::string("\"\\\0\xff.\xc3\xbc", 7)}}, {});
  EXPECT_NE(encode_text(Encoder(crafted_options()), record.view()).find(R"("dns_dns_qry_name":"\"\\\u0000\u00ff.ü")"),
            std::string::npos);
  encode_json(record);
}

TEST(Encoder, PutsPacketsWithinThePacketIntoInner) {
  CraftedRecord record;
  record.add_ethernet();
  record.add_ipv4(47);
  record.scope(1).add_ipv6(41);
  record.scope(2).add_ipv4(17);
  record.add_udp();
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_proto"), "47");
  EXPECT_EQ(json_at(json, "layers/ipv6"), "absent");
  EXPECT_EQ(json_at(json, "inner/0/ipv6/ipv6_ipv6_nxt"), "41");
  EXPECT_EQ(json_at(json, "inner/0/ip"), "absent");
  EXPECT_EQ(json_at(json, "inner/1/ip/ip_ip_proto"), "17");
  EXPECT_EQ(json_at(json, "inner/1/udp/udp_udp_srcport"), "53");
  EXPECT_EQ(json_at(json, "inner/2"), "absent");
  EXPECT_EQ(json_at(json, "layers/frame/frame_frame_protocols"), "\"eth:ip:ipv6:ip:udp\"");
}

TEST(Encoder, HasNoInnerWithoutATunnel) {
  CraftedRecord record;
  record.add_ethernet();
  EXPECT_EQ(json_at(encode_json(record), "inner"), "absent");
}

TEST(Encoder, PutsThePacketThatAnIcmpErrorQuotesIntoQuoted) {
  CraftedRecord record;
  record.add_ipv4(1);
  record.add<record::Icmp>().type = 11;
  record.scope(record::kQuotedScope).add_ipv4(6);
  record.add_tcp(0);
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/icmp/quoted/ip/ip_ip_proto"), "6");
  EXPECT_EQ(json_at(json, "layers/icmp/quoted/tcp"),
            R"({"tcp_tcp_srcport":80,"tcp_tcp_dstport":44160,"tcp_tcp_seq_raw":3089746840})");
  EXPECT_EQ(json_at(json, "layers/tcp"), "absent");
  EXPECT_EQ(json_at(json, "inner"), "absent");
}

TEST(Encoder, PutsAQuotedPacketIntoTheIcmpLayerOfItsTunnel) {
  CraftedRecord record;
  record.add_ipv6(41);
  record.scope(1).add_ipv6(58);
  record.add<record::Icmpv6>().type = 1;
  record.scope(record::kQuotedScope).add_ipv6(17);
  record.add_udp();
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "inner/0/icmpv6/quoted/udp/udp_udp_dstport"), "40000");
  EXPECT_EQ(json_at(json, "inner/1"), "absent");
}

TEST(Encoder, SkipsBlocksOfALaterVersion) {
  CraftedRecord record;
  record.add_ethernet();
  record.add<record::Loopback>().header.type = static_cast<record::LayerType>(200);
  record.add<record::Loopback>().header.type = static_cast<record::LayerType>(31);
  record.add_ipv4(6);
  record.add<record::Loopback>().header.type = static_cast<record::LayerType>(0);
  const auto json = encode_json(record);
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_ttl"), "59");
  EXPECT_EQ(json_at(json, "layers/null"), "absent");
  EXPECT_EQ(json_at(json, "layers/frame/frame_frame_protocols"), "\"eth:ip\"");
}

}  // namespace
}  // namespace pktferry::encode
