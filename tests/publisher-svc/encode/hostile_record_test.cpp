// Records that RecordView accepts but no decoder makes: whatever they hold, the message is valid JSON, has no key
// twice, and stays within its bound.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/encode/message_bound.hpp"
#include "tests/publisher-svc/encode/crafted_record.hpp"
#include "tests/support/json.hpp"

namespace pktferry::encode {
namespace {

using pktferry::testing::json_at;
using pktferry::testing::parse_json;
using testing::CraftedDnsEntry;
using testing::CraftedRecord;
using testing::encode_text;

Encoder encoder_of_everything() {
  EncoderOptions options = testing::crafted_options();
  options.node = std::string(kMaxNodeLength, '\x01');
  options.ring_id = std::string(kMaxRingIdLength, '\x01');
  options.timestamp_unit = TimestampUnit::kNanoseconds;
  options.fields = {"capture", "frame",    "eth", "vlan", "sll",  "null",   "arp", "ip",
                    "ipv6",    "ipv6_ext", "tcp", "udp",  "icmp", "icmpv6", "dns", "dns_dns_txt"};
  return Encoder(options);
}

const std::string& longest_interface() {
  static const std::string name(kMaxInterfaceLength, '\x01');
  return name;
}

rapidjson::Document encode_all(CraftedRecord& record) {
  static const Encoder encoder = encoder_of_everything();
  // Room of exactly the proven bound: AddressSanitizer sees a byte written behind it.
  const auto out = std::make_unique<char[]>(kMaxMessageBound);
  const std::size_t size = encoder.encode(record.view(), 4294967295, longest_interface(), out.get());
  EXPECT_LE(size, kMaxMessageBound - kWriteSlack);
  return parse_json({out.get(), size});
}

void set_header_to_the_largest(CraftedRecord& record) {
  record::RecordHeader& header = record.header();
  header.sequence = header.ordinal = header.frame_number = header.timestamp_ns = ~std::uint64_t{0};
  header.wire_length = header.captured_length = header.payload_length = header.sampling_weight = ~std::uint32_t{0};
  header.flags = 0xff;
}

TEST(HostileRecord, OpensANewInnerObjectForALayerThatIsThereAlready) {
  CraftedRecord record;
  record.add_ethernet();
  record.add_ipv4(4);
  record.add_ipv4(6);
  record.add_tcp();
  record.add_tcp(0);
  const auto json = encode_all(record);
  EXPECT_EQ(json_at(json, "layers/ip/ip_ip_proto"), "4");
  EXPECT_EQ(json_at(json, "inner/0/ip/ip_ip_proto"), "6");
  EXPECT_EQ(json_at(json, "inner/0/tcp/tcp_tcp_hdr_len"), "20");
  EXPECT_EQ(json_at(json, "inner/1/tcp/tcp_tcp_hdr_len"), "absent");
  EXPECT_EQ(json_at(json, "inner/1/tcp/tcp_tcp_srcport"), "80");
}

TEST(HostileRecord, KeepsTheOrderOfLayersThatComeInTheWrongOne) {
  CraftedRecord record;
  record.add_tcp();
  record.add_ipv4(6);
  record.add_ethernet();
  const auto json = encode_all(record);
  EXPECT_EQ(json_at(json, "layers/tcp/tcp_tcp_srcport"), "80");
  EXPECT_EQ(json_at(json, "layers/eth/eth_eth_type"), "2048");
  EXPECT_EQ(json_at(json, "layers/frame/frame_frame_protocols"), "\"tcp:ip:eth\"");
}

TEST(HostileRecord, OpensANewInnerObjectForTagsThatAreNotInARow) {
  CraftedRecord record;
  record.add<record::Vlan>().id = 1;
  record.add<record::Vlan>().id = 2;
  record.add_ipv4(6);
  record.add<record::Vlan>().id = 3;
  record.add<record::Vlan>().id = 4;
  const auto json = encode_all(record);
  EXPECT_EQ(json_at(json, "layers/vlan/1/vlan_vlan_id"), "2");
  EXPECT_EQ(json_at(json, "layers/vlan/2"), "absent");
  EXPECT_EQ(json_at(json, "inner/0/vlan/0/vlan_vlan_id"), "3");
  EXPECT_EQ(json_at(json, "inner/0/vlan/1/vlan_vlan_id"), "4");
}

TEST(HostileRecord, WritesTwentyFourEthernetLayersOfOneScope) {
  CraftedRecord record;
  for (std::uint32_t i = 0; i < record::kMaxLayers; ++i) record.add_ethernet();
  const auto json = encode_all(record);
  EXPECT_EQ(pktferry::testing::find_json(json, "inner")->Size(), record::kMaxLayers - 1);
}

TEST(HostileRecord, WritesQuotedBlocksWithoutAnIcmpLayerAsInnerOnes) {
  CraftedRecord record;
  record.add_ipv4(1);
  record.add<record::Icmp>();
  record.add_udp();  // the ICMP block is not the last before the quoted ones
  record.scope(record::kQuotedScope).add_ipv4(17);
  const auto json = encode_all(record);
  EXPECT_EQ(json_at(json, "layers/icmp/quoted"), "absent");
  EXPECT_EQ(json_at(json, "inner/0/ip/ip_ip_proto"), "17");
}

TEST(HostileRecord, DoesNotNestQuotedPackets) {
  CraftedRecord record;
  record.add<record::Icmp>();
  record.scope(record::kQuotedScope).add_ipv4(1);
  record.add<record::Icmp>();
  record.add_ipv4(17);
  record.add<record::Icmpv6>();
  const auto json = encode_all(record);
  EXPECT_EQ(json_at(json, "layers/icmp/quoted/ip/ip_ip_proto"), "1");
  EXPECT_NE(json_at(json, "layers/icmp/quoted/icmp"), "absent");
  EXPECT_EQ(json_at(json, "layers/icmp/quoted/icmp/quoted"), "absent");
  EXPECT_EQ(json_at(json, "inner/0/ip/ip_ip_proto"), "17");
}

TEST(HostileRecord, WritesQuotedBlocksAlone) {
  CraftedRecord record;
  record.scope(record::kQuotedScope).add<record::Icmp>();
  record.add_ipv4(17);
  const auto json = encode_all(record);
  EXPECT_EQ(json_at(json, "inner/0/ip/ip_ip_proto"), "17");
}

TEST(HostileRecord, StaysWithinTheBoundFullOfTheSmallestDnsAnswers) {
  for (const auto kind : {record::DnsData::kNone, record::DnsData::kName, record::DnsData::kText}) {
    CraftedRecord record;
    set_header_to_the_largest(record);
    std::vector<CraftedDnsEntry> questions(record::Dns::kMaxQuestions, {.name = "", .type = 65535, .klass = 65535});
    std::vector<CraftedDnsEntry> answers(
        record::Dns::kMaxAnswers,
        {.name = "", .type = 15, .klass = 65535, .ttl_s = 4294967295, .data_kind = kind, .preference = 65535});
    while (record.has_room<record::Dns>(16 * (record::Dns::kMaxQuestions + record::Dns::kMaxAnswers))) {
      record.add_dns(questions, answers).flags = 0xffff;
    }
    while (record.has_room<record::Udp>()) record.add_udp();
    encode_all(record);
  }
}

TEST(HostileRecord, StaysWithinTheBoundFullOfTextThatMustBeEscaped) {
  CraftedRecord record;
  set_header_to_the_largest(record);
  const std::string text(record::Dns::kMaxNameLength, '\xff');
  const CraftedDnsEntry answer{.name = text, .type = 16, .data_kind = record::DnsData::kText, .data = text};
  while (record.has_room<record::Dns>(528)) {
    record.add_dns({}, {answer});
  }
  encode_all(record);
}

TEST(HostileRecord, StaysWithinTheBoundFullOfTheLargestTcpLayers) {
  CraftedRecord record;
  set_header_to_the_largest(record);
  const std::vector<std::array<std::uint32_t, 2>> sack(record::Tcp::kMaxSackBlocks, {4294967295, 4294967295});
  const std::string options(record::Tcp::kMaxOptions, '\xff');
  while (record.has_room<record::Tcp>(72)) {
    auto& tcp = record.add_tcp(0xff, sack, options);
    tcp.flags = tcp.window = tcp.checksum = tcp.mss = tcp.urgent_pointer = 65535;
    tcp.segment_length = tcp.timestamp_echo = tcp.timestamp_value = 4294967295;
    tcp.window_scale = tcp.header_words = 255;
  }
  EXPECT_EQ(record.header().layer_count, record::kMaxLayers);
  encode_all(record);
}

TEST(HostileRecord, GivesValidJsonForEveryPairOfLayersInEveryScope) {
  const auto add = [](CraftedRecord& record, int which) {
    switch (which) {
      case 0: record.add_ethernet(); break;
      case 1: record.add<record::Vlan>(); break;
      case 2: record.add<record::LinuxCooked>(); break;
      case 3: record.add<record::Loopback>(); break;
      case 4: record.add<record::Arp>(); break;
      case 5: record.add_ipv4(1); break;
      case 6: record.add_ipv6(1); break;
      case 7: record.add<record::Ipv6Extension>(); break;
      case 8: record.add_tcp(); break;
      case 9: record.add_udp(); break;
      case 10: record.add<record::Icmp>(); break;
      case 11: record.add<record::Icmpv6>(); break;
      case 12: record.add_dns({{.name = "a"}}, {{.name = "b"}}); break;
      default: FAIL();
    }
  };
  for (int first = 0; first < 13; ++first) {
    for (int second = 0; second < 13; ++second) {
      for (const std::uint8_t scope : {std::uint8_t{0}, std::uint8_t{1}, record::kQuotedScope}) {
        CraftedRecord record;
        add(record, first);
        record.scope(scope);
        add(record, second);
        add(record, first);
        add(record, second);
        encode_all(record);
      }
    }
  }
}

TEST(HostileRecord, GivesValidJsonWhateverBytesAreChanged) {
  std::mt19937 random(5);
  int encoded = 0;
  for (int round = 0; round < 4'000; ++round) {
    CraftedRecord record;
    record.add_ethernet();
    if (random() % 2 != 0) record.add<record::Vlan>();
    record.add_ipv4(1, "abc");
    record.add<record::Icmp>();
    record.add_ipv6(6);
    record.add<record::Ipv6Extension>();
    record.add_tcp(0xff, {{1, 2}}, "abcd");
    record.add_dns({{.name = "q\xff"}}, {{.name = "a", .type = 15, .data_kind = record::DnsData::kName, .data = "d"}});
    record.scope(record::kQuotedScope).add_ipv4(6);
    record.add_udp();
    const std::span<std::byte> bytes = record.bytes();
    for (auto left = 1 + random() % 24; left > 0; --left) {
      // Behind the header's size and kind, which are the reader's to check.
      bytes[8 + random() % (bytes.size() - 8)] = static_cast<std::byte>(random());
    }
    const auto view = record::RecordView::parse(bytes);
    if (!view) continue;
    ++encoded;
    static const Encoder encoder = encoder_of_everything();
    ASSERT_NO_THROW(parse_json(encode_text(encoder, *view)));
  }
  EXPECT_GT(encoded, 200);
}

}  // namespace
}  // namespace pktferry::encode
