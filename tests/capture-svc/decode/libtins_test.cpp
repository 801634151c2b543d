// libtins as the independent oracle: on packets that it crafted, both read the same fields.
#include <gtest/gtest.h>
#include <tins/tins.h>

#include <cstring>

#include "shared/record/dns.hpp"
#include "shared/record/ethernet.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/ipv6.hpp"
#include "shared/record/tcp.hpp"
#include "shared/record/udp.hpp"
#include "shared/record/vlan.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/support/packets.hpp"

namespace pktferry::decode::test {
namespace {

using pktferry::testing::PacketCrafter;

template <std::size_t N>
Tins::HWAddress<N> mac(const std::uint8_t (&bytes)[N]) {
  return bytes;
}
Tins::IPv4Address ipv4_address(const std::uint8_t (&bytes)[4]) {
  std::uint32_t word;
  std::memcpy(&word, bytes, sizeof word);
  return Tins::IPv4Address(word);
}

// Compares the layers of a record with the PDUs of libtins, from the outside in.
class Comparison {
 public:
  explicit Comparison(const Bytes& frame)
      : decoded_(frame),
        oracle_(reinterpret_cast<const std::uint8_t*>(frame.data()), static_cast<std::uint32_t>(frame.size())) {}

  void run() {
    EXPECT_EQ(decoded_.faults(), 0);
    compare_ethernet();
    const Tins::PDU* pdu = oracle_.inner_pdu();
    for (; pdu != nullptr && pdu->pdu_type() == Tins::PDU::DOT1Q; pdu = pdu->inner_pdu()) {
      compare_tag(static_cast<const Tins::Dot1Q&>(*pdu));
    }
    ASSERT_NE(pdu, nullptr);
    if (pdu->pdu_type() == Tins::PDU::IP) {
      compare_ipv4(static_cast<const Tins::IP&>(*pdu));
    } else {
      compare_ipv6(static_cast<const Tins::IPv6&>(*pdu));
    }
    pdu = pdu->inner_pdu();
    if (pdu != nullptr && pdu->pdu_type() == Tins::PDU::TCP) {
      compare_tcp(static_cast<const Tins::TCP&>(*pdu));
      pdu = pdu->inner_pdu();
    } else if (pdu != nullptr && pdu->pdu_type() == Tins::PDU::UDP) {
      compare_udp(static_cast<const Tins::UDP&>(*pdu));
      pdu = pdu->inner_pdu();
    }
    EXPECT_EQ(next_, decoded_.layers().size());
    if (!has_dns()) {
      EXPECT_EQ(decoded_.payload_length(), pdu == nullptr ? 0 : pdu->size());
    }
  }

  bool has_dns() const {
    return !decoded_.layers().empty() && decoded_.layers().back().type() == record::LayerType::kDns;
  }

 private:
  // The next block, which must be of type T.
  template <record::Layer T>
  const record::LayerView& next() {
    const auto& layer = decoded_.layers().at(next_++);
    if (layer.type() != T::kType) throw std::logic_error("another layer than libtins found, in " + decoded_.chain());
    return layer;
  }

  void compare_ethernet() {
    const auto& eth = next<record::Ethernet>().as<record::Ethernet>();
    EXPECT_EQ(mac(eth.dst), oracle_.dst_addr());
    EXPECT_EQ(mac(eth.src), oracle_.src_addr());
    EXPECT_EQ(eth.type, oracle_.payload_type());
  }

  void compare_tag(const Tins::Dot1Q& tag) {
    const auto& vlan = next<record::Vlan>().as<record::Vlan>();
    EXPECT_EQ(vlan.id, tag.id());
    EXPECT_EQ(vlan.priority, tag.priority());
    EXPECT_EQ(vlan.dei, tag.cfi());
    EXPECT_EQ(vlan.type, tag.payload_type());
  }

  void compare_ipv4(const Tins::IP& ip) {
    const auto& layer = next<record::Ipv4>();
    const auto& ours = layer.as<record::Ipv4>();
    EXPECT_EQ(ours.version, ip.version());
    EXPECT_EQ(ours.header_words, ip.head_len());
    EXPECT_EQ(ours.tos, ip.tos());
    EXPECT_EQ(ours.total_length, ip.tot_len());
    EXPECT_EQ(ours.id, ip.id());
    EXPECT_EQ(ours.fragment, ip.flags() << 13 | ip.fragment_offset());
    EXPECT_EQ(ours.ttl, ip.ttl());
    EXPECT_EQ(ours.protocol, ip.protocol());
    EXPECT_EQ(ours.checksum, ip.checksum());
    EXPECT_EQ(ipv4_address(ours.src), ip.src_addr());
    EXPECT_EQ(ipv4_address(ours.dst), ip.dst_addr());
    std::vector<unsigned> types;
    for (const auto& option : ip.options()) types.push_back(to_type(option.option()));
    EXPECT_EQ(kinds(layer.tail<record::Ipv4>()), types);
  }

  void compare_ipv6(const Tins::IPv6& ip) {
    const auto& ours = next<record::Ipv6>().as<record::Ipv6>();
    EXPECT_EQ(ours.version, ip.version());
    EXPECT_EQ(ours.traffic_class, ip.traffic_class());
    EXPECT_EQ(ours.flow_label, ip.flow_label());
    EXPECT_EQ(ours.payload_length, ip.payload_length());
    EXPECT_EQ(ours.hop_limit, ip.hop_limit());
    EXPECT_EQ(Tins::IPv6Address(ours.src), ip.src_addr());
    EXPECT_EQ(Tins::IPv6Address(ours.dst), ip.dst_addr());
    std::uint8_t protocol = ours.next_header;
    for (const auto& header : ip.headers()) {
      const auto& extension = next<record::Ipv6Extension>().as<record::Ipv6Extension>();
      EXPECT_EQ(extension.protocol, header.option());
      EXPECT_EQ(extension.protocol, protocol);
      EXPECT_EQ(extension.length, header.data_size() + 2);
      if (extension.protocol == Tins::IPv6::ROUTING) {
        EXPECT_EQ(extension.routing_type, header.data_ptr()[0]);
        EXPECT_EQ(extension.segments_left, header.data_ptr()[1]);
      }
      protocol = extension.next_header;
    }
  }

  void compare_tcp(const Tins::TCP& tcp) {
    using record::Tcp;
    const auto& layer = next<Tcp>();
    const auto& ours = layer.as<Tcp>();
    EXPECT_EQ(ours.src_port, tcp.sport());
    EXPECT_EQ(ours.dst_port, tcp.dport());
    EXPECT_EQ(ours.sequence, tcp.seq());
    EXPECT_EQ(ours.acknowledgment, tcp.ack_seq());
    EXPECT_EQ(ours.header_words, tcp.data_offset());
    EXPECT_EQ(ours.flags, tcp.flags());
    EXPECT_EQ(ours.window, tcp.window());
    EXPECT_EQ(ours.checksum, tcp.checksum());
    EXPECT_EQ(ours.urgent_pointer, tcp.urg_ptr());
    EXPECT_EQ(ours.segment_length, tcp.inner_pdu() == nullptr ? 0 : tcp.inner_pdu()->size());

    unsigned present = Tcp::kWholeHeader;
    if (tcp.search_option(Tins::TCP::MSS) != nullptr) {
      present |= Tcp::kMss;
      EXPECT_EQ(ours.mss, tcp.mss());
    }
    if (tcp.search_option(Tins::TCP::WSCALE) != nullptr) {
      present |= Tcp::kWindowScale;
      EXPECT_EQ(ours.window_scale, tcp.winscale());
    }
    if (tcp.search_option(Tins::TCP::SACK_OK) != nullptr) present |= Tcp::kSackPermitted;
    if (tcp.search_option(Tins::TCP::TSOPT) != nullptr) {
      present |= Tcp::kTimestamps;
      EXPECT_EQ(ours.timestamp_value, tcp.timestamp().first);
      EXPECT_EQ(ours.timestamp_echo, tcp.timestamp().second);
    }
    EXPECT_EQ(ours.present, present);

    Tins::TCP::sack_type edges;
    if (tcp.search_option(Tins::TCP::SACK) != nullptr) edges = tcp.sack();
    ASSERT_EQ(ours.sack_count * 2u, edges.size());
    const auto tail = layer.tail<Tcp>();
    EXPECT_TRUE(edges.empty() || std::memcmp(tail.data(), edges.data(), edges.size() * sizeof edges[0]) == 0);

    std::vector<unsigned> option_kinds;
    for (const auto& option : tcp.options()) option_kinds.push_back(option.option());
    EXPECT_EQ(kinds(tail.subspan(ours.sack_count * 8u)), option_kinds);
  }

  void compare_udp(const Tins::UDP& udp) {
    const auto& ours = next<record::Udp>().as<record::Udp>();
    EXPECT_EQ(ours.src_port, udp.sport());
    EXPECT_EQ(ours.dst_port, udp.dport());
    EXPECT_EQ(ours.length, udp.length());
    EXPECT_EQ(ours.checksum, udp.checksum());
    if (has_dns()) {
      const auto& raw = udp.rfind_pdu<Tins::RawPDU>().payload();
      compare_dns(Tins::DNS(raw.data(), static_cast<std::uint32_t>(raw.size())));
    }
  }

  void compare_dns(const Tins::DNS& dns) {
    const auto& layer = next<record::Dns>();
    const auto& ours = layer.as<record::Dns>();
    EXPECT_EQ(ours.id, dns.id());
    EXPECT_EQ(ours.flags >> 15, dns.type());
    EXPECT_EQ(ours.flags >> 11 & 15, dns.opcode());
    EXPECT_EQ(ours.flags >> 8 & 1, dns.recursion_desired());
    EXPECT_EQ(ours.flags >> 7 & 1, dns.recursion_available());
    EXPECT_EQ(ours.flags & 15, dns.rcode());
    EXPECT_EQ(ours.count_queries, dns.questions_count());
    EXPECT_EQ(ours.count_answers, dns.answers_count());
    ASSERT_EQ(ours.question_count, dns.questions_count());
    ASSERT_EQ(ours.answer_count, dns.answers_count());

    std::span<const std::byte> rest = layer.tail<record::Dns>();
    for (const auto& query : dns.queries()) {
      const Entry entry = next_entry(rest);
      EXPECT_EQ(entry.name, query.dname());
      EXPECT_EQ(entry.fields.type, query.query_type());
      EXPECT_EQ(entry.fields.klass, query.query_class());
    }
    for (const auto& resource : dns.answers()) {
      const Entry entry = next_entry(rest);
      EXPECT_EQ(entry.name, resource.dname());
      EXPECT_EQ(entry.fields.type, resource.query_type());
      EXPECT_EQ(entry.fields.klass, resource.query_class());
      EXPECT_EQ(entry.fields.ttl_s, resource.ttl());
      EXPECT_EQ(entry.data, resource.data());
    }
  }

  struct Entry {
    record::DnsEntry fields;
    std::string name;
    std::string data;  // as libtins prints it
  };

  static Entry next_entry(std::span<const std::byte>& rest) {
    Entry entry;
    std::memcpy(&entry.fields, rest.data(), sizeof entry.fields);
    const auto* chars = reinterpret_cast<const char*>(rest.data() + sizeof entry.fields);
    entry.name.assign(chars, entry.fields.name_length);
    entry.data.assign(chars + entry.fields.name_length, entry.fields.data_length);
    const auto* octets = reinterpret_cast<const std::uint8_t*>(entry.data.data());
    if (entry.fields.data_kind == record::DnsData::kIpv4) {
      std::uint32_t word;
      std::memcpy(&word, octets, sizeof word);
      entry.data = Tins::IPv4Address(word).to_string();
    } else if (entry.fields.data_kind == record::DnsData::kIpv6) {
      entry.data = Tins::IPv6Address(octets).to_string();
    }
    rest = rest.subspan(record::align_layer(
        static_cast<std::uint32_t>(sizeof entry.fields + entry.fields.name_length + entry.fields.data_length)));
    return entry;
  }

  static unsigned to_type(const Tins::IP::option_identifier& id) {
    return static_cast<unsigned>(id.copied) << 7 | static_cast<unsigned>(id.op_class) << 5 | id.number;
  }
  // libtins leaves the end of the list out.
  static std::vector<unsigned> kinds(std::span<const std::byte> tail) {
    std::vector<unsigned> kinds;
    for (const std::byte kind : tail) {
      if (kind != std::byte{0}) kinds.push_back(std::to_integer<unsigned>(kind));
    }
    return kinds;
  }

  Decoded decoded_;
  Tins::EthernetII oracle_;
  std::size_t next_ = 0;  // layer of decoded_
};

TEST(DecodeAgainstLibtins, ReadsTheSameFieldsOfWildPackets) {
  PacketCrafter crafter(1);
  for (int i = 0; i < 20000; ++i) {
    const Bytes frame = crafter.wild();
    SCOPED_TRACE(hex_of(frame));
    Comparison(frame).run();
    if (HasFailure()) return;
  }
}

TEST(DecodeAgainstLibtins, ReadsTheSameFieldsOfTrafficWithDns) {
  PacketCrafter crafter(2);
  int dns_messages = 0;
  for (int i = 0; i < 10000; ++i) {
    const Bytes frame = crafter.traffic();
    SCOPED_TRACE(hex_of(frame));
    Comparison comparison(frame);
    comparison.run();
    dns_messages += comparison.has_dns();
    if (HasFailure()) return;
  }
  EXPECT_GT(dns_messages, 1000);
}

}  // namespace
}  // namespace pktferry::decode::test
