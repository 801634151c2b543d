// Packets that libtins crafts from a seed: for differential and property tests and for benchmarks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <tins/tins.h>

namespace pktferry::testing {

// One thread. The same seed gives the same packets on every machine.
class PacketCrafter {
 public:
  using Bytes = std::vector<std::byte>;

  explicit PacketCrafter(std::uint64_t seed) : random_(seed) {}

  // Like the traffic of a server: 65 % TCP, 20 % UDP, 15 % DNS; 10 % tagged, 1 % twice; 15 % IPv6; TCP mostly with
  // timestamps; up to 1400 bytes of payload.
  Bytes traffic() {
    const bool is_ipv6 = percent(15);
    Tins::EthernetII frame(mac(), mac());
    if (percent(1)) {
      add_tag(frame);
      add_tag(frame);
    } else if (percent(10)) {
      add_tag(frame);
    }
    if (is_ipv6) {
      frame /= Tins::IPv6(ipv6_address(), ipv6_address());
    } else {
      Tins::IP ip(ipv4_address(), ipv4_address());
      ip.ttl(64);
      ip.id(bits<16>());
      ip.flags(Tins::IP::DONT_FRAGMENT);
      frame /= ip;
    }
    const unsigned kind = below(100);
    if (kind < 65) {
      Tins::TCP tcp = ports<Tins::TCP>(443);
      if (percent(4)) {
        add_syn_options(tcp);
      } else {
        tcp.flags(Tins::TCP::ACK);
        add_timestamps(tcp);
      }
      frame /= tcp;
      add_payload(frame, percent(46) ? 0 : below(1400));
    } else if (kind < 85) {
      frame /= ports<Tins::UDP>(4433);
      add_payload(frame, 20 + below(1200));
    } else {
      frame /= ports<Tins::UDP>(53);
      frame /= dns();
    }
    return serialize(frame);
  }

  // Every field of Ethernet, VLAN tags, IPv4, IPv6, TCP and UDP at random, with options and fragments.
  Bytes wild() {
    Tins::EthernetII frame(mac(), mac());
    const unsigned tags = below(4);
    for (unsigned left = tags; left > 0; --left) add_tag(frame);
    const bool is_ipv4 = percent(50);
    if (is_ipv4) {
      frame /= wild_ipv4();
    } else {
      frame /= wild_ipv6();
    }
    if (percent(60)) {
      frame /= wild_tcp();
    } else {
      frame /= Tins::UDP(port(), port());
    }
    add_payload(frame, below(200));
    Bytes bytes = serialize(frame);
    if (is_ipv4) insert_ipv4_options(bytes, 14 + 4 * tags);
    return bytes;
  }

  // A query or a response; names compressed as libtins does.
  Tins::DNS dns() {
    Tins::DNS dns;
    dns.id(bits<16>());
    dns.recursion_desired(1);
    const std::string name = domain_name();
    const bool is_ipv6 = percent(30);
    dns.add_query({name, is_ipv6 ? Tins::DNS::AAAA : Tins::DNS::A, Tins::DNS::IN});
    if (percent(50)) return dns;
    dns.type(Tins::DNS::RESPONSE);
    dns.recursion_available(1);
    std::string owner = name;
    if (percent(30)) {
      const std::string canonical = domain_name();
      dns.add_answer({owner, canonical, Tins::DNS::CNAME, Tins::DNS::IN, below(86400)});
      owner = canonical;
    }
    for (unsigned left = 1 + below(4); left > 0; --left) {
      dns.add_answer(
          is_ipv6 ? Tins::DNS::resource{owner, ipv6_address().to_string(), Tins::DNS::AAAA, Tins::DNS::IN, below(3600)}
                  : Tins::DNS::resource{owner, ipv4_address().to_string(), Tins::DNS::A, Tins::DNS::IN, below(3600)});
    }
    return dns;
  }

  // 0 .. bound - 1.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool percent(std::uint32_t share) { return below(100) < share; }

  static Bytes serialize(Tins::PDU& packet) {
    const auto bytes = packet.serialize();
    Bytes copy(bytes.size());
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
  }

 private:
  template <std::size_t N>
  std::uint16_t bits() {
    static_assert(N <= 16);
    return static_cast<std::uint16_t>(random_() & ((1u << N) - 1));
  }
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }
  std::uint8_t octet() { return static_cast<std::uint8_t>(random_()); }
  // Never one that libtins, or we, take for an application's.
  std::uint16_t port() { return static_cast<std::uint16_t>(10000 + below(50000)); }

  Tins::HWAddress<6> mac() {
    const std::array<std::uint8_t, 6> bytes{2, octet(), octet(), octet(), octet(), octet()};
    return bytes.data();
  }
  Tins::IPv4Address ipv4_address() { return Tins::IPv4Address(word()); }
  Tins::IPv6Address ipv6_address() {
    std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
    for (std::size_t i = 4; i < bytes.size(); ++i) bytes[i] = octet();
    return bytes.data();
  }
  std::string domain_name() {
    std::string name;
    for (unsigned labels = 2 + below(3); labels > 0; --labels) {
      if (!name.empty()) name += '.';
      for (unsigned letters = 1 + below(12); letters > 0; --letters) name += static_cast<char>('a' + below(26));
    }
    return name;
  }

  template <typename Transport>
  Transport ports(std::uint16_t server) {
    return percent(50) ? Transport(server, port()) : Transport(port(), server);
  }

  // libtins gives the outer of two tags the TPID of 802.1ad.
  void add_tag(Tins::EthernetII& frame) {
    Tins::Dot1Q tag;
    tag.id(bits<12>());
    tag.priority(static_cast<std::uint8_t>(bits<3>()));
    tag.cfi(static_cast<std::uint8_t>(bits<1>()));
    frame /= tag;
  }

  void add_payload(Tins::EthernetII& frame, std::size_t size) {
    if (size != 0) frame /= Tins::RawPDU(Tins::RawPDU::payload_type(size, 0xa5));
  }

  void add_timestamps(Tins::TCP& tcp) {
    tcp.add_option(Tins::TCP::option(Tins::TCP::NOP));
    tcp.add_option(Tins::TCP::option(Tins::TCP::NOP));
    tcp.timestamp(word(), word());
  }
  void add_syn_options(Tins::TCP& tcp) {
    tcp.flags(Tins::TCP::SYN);
    tcp.mss(1460);
    tcp.sack_permitted();
    tcp.timestamp(word(), 0);
    tcp.add_option(Tins::TCP::option(Tins::TCP::NOP));
    tcp.winscale(7);
  }

  Tins::IP wild_ipv4() {
    Tins::IP ip(ipv4_address(), ipv4_address());
    ip.tos(octet());
    ip.id(bits<16>());
    ip.ttl(octet());
    if (percent(10)) {
      ip.flags(Tins::IP::MORE_FRAGMENTS);
      ip.fragment_offset(bits<13>());
    } else if (percent(50)) {
      ip.flags(Tins::IP::DONT_FRAGMENT);
    }
    return ip;
  }

  // libtins 4.0 overwrites the byte behind the IPv4 options it writes: they are put in behind its back. It refuses an
  // END that is not the last byte, too, so they fill their words.
  void insert_ipv4_options(Bytes& frame, std::size_t header_offset) {
    Bytes options;
    for (unsigned left = below(4); left > 0; --left) {
      const bool is_short = percent(50);
      const std::size_t size = is_short ? 4 : 11;  // stream identifier; record route behind a NOP
      if (!is_short) options.push_back(std::byte{1});
      options.push_back(std::byte{is_short ? std::uint8_t{0x88} : std::uint8_t{7}});
      options.push_back(static_cast<std::byte>(size));
      for (std::size_t i = 2; i < size; ++i) options.push_back(std::byte{octet()});
    }
    std::byte* header = frame.data() + header_offset;
    const std::size_t total_length =
        std::to_integer<std::size_t>(header[2]) << 8 | std::to_integer<std::size_t>(header[3]);
    header[0] = static_cast<std::byte>(0x45 + options.size() / 4);
    header[2] = static_cast<std::byte>((total_length + options.size()) >> 8);
    header[3] = static_cast<std::byte>(total_length + options.size());
    frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(header_offset + 20), options.begin(), options.end());
  }

  Tins::IPv6 wild_ipv6() {
    Tins::IPv6 ip(ipv6_address(), ipv6_address());
    ip.traffic_class(octet());
    ip.flow_label(word() & 0xfffff);
    ip.hop_limit(octet());
    for (const auto type : {Tins::IPv6::HOP_BY_HOP, Tins::IPv6::DESTINATION_OPTIONS, Tins::IPv6::ROUTING}) {
      if (!percent(15)) continue;
      std::array<std::uint8_t, 14> data{};  // 16 bytes with next header and length
      for (auto& byte : data) byte = octet();
      ip.add_header({static_cast<std::uint8_t>(type), data.begin(), data.end()});
    }
    return ip;
  }

  Tins::TCP wild_tcp() {
    Tins::TCP tcp(port(), port());
    tcp.seq(word());
    tcp.ack_seq(word());
    tcp.flags(bits<12>());
    tcp.window(bits<16>());
    tcp.urg_ptr(bits<16>());
    if (percent(30)) tcp.mss(bits<16>());
    if (percent(30)) tcp.winscale(static_cast<std::uint8_t>(below(15)));
    if (percent(30)) tcp.sack_permitted();
    if (percent(40)) tcp.timestamp(word(), word());
    if (percent(20)) tcp.add_option(Tins::TCP::option(Tins::TCP::NOP));
    if (percent(30)) {
      Tins::TCP::sack_type edges;
      for (unsigned blocks = 1 + below(2); blocks > 0; --blocks) {
        edges.push_back(word());
        edges.push_back(word());
      }
      tcp.sack(edges);
    }
    return tcp;
  }

  std::mt19937_64 random_;
};

}  // namespace pktferry::testing
