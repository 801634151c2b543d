// The shipped sample, from its file through the ring into Kafka and back.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "tests/support/pipeline.hpp"

namespace pktferry::testing {
namespace {

std::string text_of(const rapidjson::Value& value) {
  return value.GetString();
}

// A flow's name, the same for both directions; empty where the packet has no ports.
std::string flow_of(const rapidjson::Value& layers) {
  for (const auto& [transport, prefix] :
       {std::pair<const char*, std::string>{"tcp", "tcp_tcp_"}, {"udp", "udp_udp_"}}) {
    for (const auto& [network, start] : {std::pair<const char*, std::string>{"ip", "ip_ip_"}, {"ipv6", "ipv6_ipv6_"}}) {
      if (!layers.HasMember(transport) || !layers.HasMember(network)) continue;
      const rapidjson::Value& ip = layers[network];
      const rapidjson::Value& ports = layers[transport];
      if (!ports.HasMember((prefix + "srcport").c_str())) continue;
      std::string from =
          text_of(ip[(start + "src").c_str()]) + ' ' + std::to_string(ports[(prefix + "srcport").c_str()].GetUint());
      std::string to =
          text_of(ip[(start + "dst").c_str()]) + ' ' + std::to_string(ports[(prefix + "dstport").c_str()].GetUint());
      if (to < from) std::swap(from, to);
      return std::string(transport) + ' ' + from + ' ' + to;
    }
  }
  return {};
}

class Sample : public ::testing::Test {
 protected:
  // The sample goes through once: by_number[n] is packet n.
  void SetUp() override {
    topic.create();
    Process publisher(pipeline.publisher(topic, {"--until-end"}));
    const Finished captured = run(pipeline.capture({"--read", kSample, "--node", "node-1"}));
    ASSERT_EQ(captured.code, 0) << captured.errors;
    ASSERT_EQ(publisher.wait_for()->code, 0) << publisher.errors();
    for (PacketMessage& packet : read_packets(topic)) {
      const std::uint64_t number = packet.frame_number();
      ASSERT_TRUE(by_number.emplace(number, std::move(packet)).second) << number << " came twice";
    }
  }

  const rapidjson::Value& layers(std::uint64_t number) const { return by_number.at(number)["layers"]; }

  KafkaTopic topic{"sample"};
  Pipeline pipeline;
  const std::chrono::system_clock::time_point began = std::chrono::system_clock::now();
  std::map<std::uint64_t, PacketMessage> by_number;
};

TEST_F(Sample, EveryPacketArrivesOnceAndTheLedgerCloses) {
  EXPECT_EQ(by_number.size(), kSamplePackets);
  EXPECT_EQ(by_number.begin()->first, 1u);
  EXPECT_EQ(by_number.rbegin()->first, kSamplePackets);

  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.read, kSamplePackets);
  EXPECT_EQ(ledger.written, kSamplePackets);
  EXPECT_EQ(ledger.delivered, kSamplePackets);
  EXPECT_EQ(ledger.in_ring, 0u);
  EXPECT_EQ(ledger.unclean_runs, 0u);
  expect_closed(ledger);
}

TEST_F(Sample, RecordsAreNumberedPerLaneWithoutGaps) {
  std::map<std::uint32_t, std::set<std::uint64_t>> ordinals;
  for (const auto& [number, packet] : by_number) {
    const rapidjson::Value& capture = packet["capture"];
    EXPECT_STREQ(capture["node"].GetString(), "node-1");
    EXPECT_EQ(capture["ring"].GetString(), pipeline.ledger().ring_id);
    EXPECT_STREQ(capture["interface"].GetString(), "sample.pcap");
    EXPECT_EQ(capture["sequence"].GetUint64(), capture["ordinal"].GetUint64());  // nothing was dropped
    EXPECT_TRUE(ordinals[capture["lane"].GetUint()].insert(capture["ordinal"].GetUint64()).second);
  }
  EXPECT_GT(ordinals.size(), 1u);
  for (const auto& [lane, numbers] : ordinals) EXPECT_EQ(*numbers.rbegin(), numbers.size() - 1) << "lane " << lane;
}

TEST_F(Sample, BothDirectionsOfAFlowShareAKeyAPartitionAndTheirOrder) {
  std::map<std::string, std::pair<std::string, std::int32_t>> place_of_flow;
  std::map<std::string, std::int64_t> last_offset;
  std::set<std::int32_t> partitions;
  for (const auto& [number, packet] : by_number) {
    const std::string flow = flow_of(packet["layers"]);
    if (flow.empty()) continue;
    const std::pair place{packet.record.key, packet.record.partition};
    EXPECT_FALSE(place.first.empty());
    EXPECT_EQ(place_of_flow.emplace(flow, place).first->second, place) << flow;
    const auto [last, is_first] = last_offset.emplace(flow, packet.record.offset);
    EXPECT_TRUE(is_first || last->second < packet.record.offset) << flow << ": packet " << number << " overtook";
    last->second = packet.record.offset;
    partitions.insert(packet.record.partition);
  }
  EXPECT_GT(place_of_flow.size(), 200u);
  EXPECT_EQ(partitions.size(), 3u);
}

TEST_F(Sample, PacketsOlderThanAnHourHaveTheTimeOfPublishingAndKeepTheirOwnInTheJson) {
  const auto ms = [](auto time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  };
  const std::int64_t now_ms = ms(std::chrono::system_clock::now());
  for (const auto& [number, packet] : by_number) {
    EXPECT_GE(packet.record.timestamp_ms, ms(began));
    EXPECT_LE(packet.record.timestamp_ms, now_ms);
    EXPECT_EQ(text_of(packet["timestamp"]), std::to_string(1'714'521'600'000'000 + (number - 1) * 250));
  }
}

// The value is exactly the JSON text, members in any order.
void expect_json(const rapidjson::Value& value, const std::string& expected) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  value.Accept(writer);
  EXPECT_TRUE(value == parse_json(expected)) << text.GetString() << "\nis not\n" << expected;
}

// Figure 7 of the Netlog paper, its names and units; TCP's whole header besides.
TEST_F(Sample, TcpSegmentHasTheFieldsOfFigure7) {
  expect_json(layers(2), R"({
    "frame": {"frame_frame_time": "1714521600000250", "frame_frame_number": 2, "frame_frame_length": 114,
              "frame_frame_cap_len": 114, "frame_frame_protocols": "eth:ip:tcp:payload"},
    "eth": {"eth_eth_dst": "00:00:5e:00:53:02", "eth_eth_src": "00:00:5e:00:53:01", "eth_eth_type": 2048,
            "eth_eth_header_size": 14, "eth_eth_trailer_size": 0},
    "ip": {"ip_ip_version": 4, "ip_ip_hdr_len": 5, "ip_ip_tos": 16, "ip_ip_len": 100, "ip_ip_id": 2, "ip_ip_flags": 2,
           "ip_ip_flags_rb": 0, "ip_ip_flags_df": 1, "ip_ip_flags_mf": 0, "ip_ip_frag_offset": 0, "ip_ip_ttl": 64,
           "ip_ip_proto": 6, "ip_ip_checksum": 20016, "ip_ip_src": "192.0.2.10", "ip_ip_dst": "198.51.100.20"},
    "tcp": {"tcp_tcp_srcport": 40000, "tcp_tcp_dstport": 443, "tcp_tcp_seq_raw": 1001, "tcp_tcp_ack_raw": 5001,
            "tcp_tcp_hdr_len": 32, "tcp_tcp_flags": 24, "tcp_tcp_flags_res": 0, "tcp_tcp_flags_ae": 0,
            "tcp_tcp_flags_cwr": 0, "tcp_tcp_flags_ece": 0, "tcp_tcp_flags_urg": 0, "tcp_tcp_flags_ack": 1,
            "tcp_tcp_flags_push": 1, "tcp_tcp_flags_reset": 0, "tcp_tcp_flags_syn": 0, "tcp_tcp_flags_fin": 0,
            "tcp_tcp_window_size_value": 502, "tcp_tcp_checksum": 31692, "tcp_tcp_urgent_pointer": 0,
            "tcp_tcp_len": 48, "tcp_tcp_option_kind": [1, 1, 8], "tcp_tcp_options_timestamp_tsval": 2000,
            "tcp_tcp_options_timestamp_tsecr": 1000}})");
  EXPECT_EQ(by_number.at(2)["capture"]["payload_length"].GetUint(), 48u);
}

TEST_F(Sample, TcpHandshakeHasItsOptions) {
  const rapidjson::Value& tcp = layers(1)["tcp"];
  expect_json(tcp["tcp_tcp_option_kind"], "[2, 4, 8, 1, 3]");
  EXPECT_EQ(tcp["tcp_tcp_options_mss_val"].GetUint(), 1460u);
  EXPECT_EQ(tcp["tcp_tcp_options_wscale_shift"].GetUint(), 7u);
}

TEST_F(Sample, DnsAnswersKeepTheirNamesAndAddressesTogether) {
  expect_json(layers(5)["dns"]["questions"],
              R"([{"dns_dns_qry_name": "www.example.com", "dns_dns_qry_type": 1, "dns_dns_qry_class": 1}])");
  expect_json(layers(5)["dns"]["answers"],
              R"([{"dns_dns_resp_name": "www.example.com", "dns_dns_resp_type": 5, "dns_dns_resp_class": 1,
                   "dns_dns_resp_ttl": 300, "dns_dns_cname": "cdn.example.com"},
                  {"dns_dns_resp_name": "cdn.example.com", "dns_dns_resp_type": 1, "dns_dns_resp_class": 1,
                   "dns_dns_resp_ttl": 60, "dns_dns_a": "198.51.100.20"}])");
  EXPECT_EQ(text_of(layers(6)["dns"]["answers"][0]["dns_dns_aaaa"]), "2001:db8::20");
  EXPECT_EQ(text_of(layers(4)["frame"]["frame_frame_protocols"]), "eth:ip:udp:dns");
}

TEST_F(Sample, ArpHasBothPairsOfAddresses) {
  expect_json(layers(8)["arp"], R"({
    "arp_arp_hw_type": 1, "arp_arp_proto_type": 2048, "arp_arp_hw_size": 6, "arp_arp_proto_size": 4,
    "arp_arp_opcode": 2, "arp_arp_src_hw_mac": "00:00:5e:00:53:02", "arp_arp_src_proto_ipv4": "198.51.100.20",
    "arp_arp_dst_hw_mac": "00:00:5e:00:53:01", "arp_arp_dst_proto_ipv4": "192.0.2.10"})");
  EXPECT_EQ(layers(8)["eth"]["eth_eth_trailer_size"].GetUint(), 18u);
}

TEST_F(Sample, PacketThatAnIcmpErrorQuotesIsWithinIt) {
  const rapidjson::Value& icmp = layers(10)["icmp"];
  EXPECT_EQ(icmp["icmp_icmp_type"].GetUint(), 3u);
  EXPECT_EQ(icmp["icmp_icmp_code"].GetUint(), 3u);
  EXPECT_EQ(text_of(icmp["quoted"]["ip"]["ip_ip_src"]), "192.0.2.10");
  EXPECT_EQ(icmp["quoted"]["udp"]["udp_udp_dstport"].GetUint(), 9u);
  EXPECT_FALSE(layers(10).HasMember("udp"));
}

TEST_F(Sample, NeighbourSolicitationHasItsTarget) {
  EXPECT_EQ(text_of(layers(11)["icmpv6"]["icmpv6_icmpv6_nd_ns_target_address"]), "2001:db8::20");
}

TEST_F(Sample, Ipv6HasItsExtensionHeadersAsAnArray) {
  EXPECT_EQ(layers(12)["ipv6"]["ipv6_ipv6_flow"].GetUint(), 0x12345u);
  EXPECT_EQ(layers(12)["ipv6"]["ipv6_ipv6_tclass"].GetUint(), 0x2eu);
  expect_json(layers(13)["ipv6_ext"], R"([{"ipv6_ext_type": 0, "ipv6_ext_nxt": 6, "ipv6_ext_len": 8}])");
  EXPECT_EQ(layers(13)["tcp"]["tcp_tcp_dstport"].GetUint(), 80u);
}

TEST_F(Sample, VlanIsAnArrayWithOneTagAsWithTwo) {
  ASSERT_EQ(layers(15)["vlan"].Size(), 1u);
  EXPECT_EQ(layers(15)["vlan"][0]["vlan_vlan_id"].GetUint(), 100u);
  EXPECT_EQ(layers(15)["vlan"][0]["vlan_vlan_priority"].GetUint(), 5u);
  ASSERT_EQ(layers(16)["vlan"].Size(), 2u);
  EXPECT_EQ(layers(16)["vlan"][0]["vlan_vlan_id"].GetUint(), 200u);
  EXPECT_EQ(layers(16)["vlan"][1]["vlan_vlan_id"].GetUint(), 100u);
  EXPECT_EQ(layers(16)["tcp"]["tcp_tcp_dstport"].GetUint(), 443u);
}

TEST_F(Sample, LaterFragmentsHaveNoPorts) {
  EXPECT_EQ(layers(17)["ip"]["ip_ip_flags_mf"].GetUint(), 1u);
  EXPECT_EQ(layers(18)["ip"]["ip_ip_frag_offset"].GetUint(), 8u);  // 64 bytes, in units of 8
  EXPECT_FALSE(layers(18).HasMember("udp"));
  EXPECT_EQ(by_number.at(17).record.key, by_number.at(18).record.key);
}

TEST_F(Sample, BrokenHeadersAreFlaggedAndWhatPrecedesThemIsKept) {
  for (const std::uint64_t number : {20u, 21u, 22u, 23u, 24u, 25u}) {
    SCOPED_TRACE(by_number.at(number).record.value);
    EXPECT_EQ(by_number.at(number)["capture"]["malformed"].GetUint(), 1u);
    EXPECT_TRUE(layers(number).HasMember("eth"));
  }
  EXPECT_EQ(text_of(layers(22)["ip"]["ip_ip_src"]), "192.0.2.10");  // TCP broke, IP is whole
  EXPECT_EQ(by_number.at(2)["capture"]["malformed"].GetUint(), 0u);
}

TEST_F(Sample, PacketsThatTheCaptureCutAreFlaggedAndHaveTheirLengthOnTheWire) {
  for (const std::uint64_t number : {26u, 27u, 28u}) {
    SCOPED_TRACE(by_number.at(number).record.value);
    EXPECT_EQ(by_number.at(number)["capture"]["truncated"].GetUint(), 1u);
    EXPECT_EQ(by_number.at(number)["capture"]["malformed"].GetUint(), 0u);
    EXPECT_EQ(layers(number)["frame"]["frame_frame_length"].GetUint(), 114u);
  }
  EXPECT_EQ(layers(26)["frame"]["frame_frame_cap_len"].GetUint(), 10u);
}

}  // namespace
}  // namespace pktferry::testing
