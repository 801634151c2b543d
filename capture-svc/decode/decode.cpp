// The walk from header to header, and the one table of which number means which protocol.
#include "capture-svc/decode/decode.hpp"

#include <algorithm>
#include <limits>

#include "capture-svc/decode/arp.hpp"
#include "capture-svc/decode/dns.hpp"
#include "capture-svc/decode/ethernet.hpp"
#include "capture-svc/decode/icmp.hpp"
#include "capture-svc/decode/icmpv6.hpp"
#include "capture-svc/decode/ipv4.hpp"
#include "capture-svc/decode/ipv6.hpp"
#include "capture-svc/decode/linux_cooked.hpp"
#include "capture-svc/decode/loopback.hpp"
#include "capture-svc/decode/next_header.hpp"
#include "capture-svc/decode/tcp.hpp"
#include "capture-svc/decode/udp.hpp"
#include "capture-svc/decode/vlan.hpp"
#include "shared/record/ethernet.hpp"

namespace pktferry::decode {
namespace {

Decoder by_link_type(LinkType link_type) {
  switch (link_type) {
    case LinkType::kEthernet: return decode_ethernet;
    case LinkType::kLinuxCooked: return decode_linux_cooked;
    case LinkType::kLinuxCooked2: return decode_linux_cooked2;
    case LinkType::kRawIp: return decode_raw_ip;
    case LinkType::kLoopback: return decode_loopback;
  }
  return nullptr;
}

Decoder by_ether_type(std::uint16_t number) {
  switch (number) {
    case kEtherTypeIpv4: return decode_ipv4;
    case kEtherTypeIpv6: return decode_ipv6;
    case 0x0806: return decode_arp;
    case 0x8100: return decode_vlan;  // 802.1Q
    case 0x88a8: return decode_vlan;  // 802.1ad
    case 0x9100: return decode_vlan;  // QinQ before it was 802.1ad
    default: return nullptr;
  }
}

Decoder by_ip_protocol(std::uint16_t number) {
  switch (number) {
    case 1: return decode_icmp;
    case 6: return decode_tcp;
    case 17: return decode_udp;
    case 58: return decode_icmpv6;
    default: return nullptr;
  }
}

Decoder by_udp_port(std::uint16_t number) {
  switch (number) {
    case 53: return decode_dns;
    default: return nullptr;
  }
}

Decoder by_number(NextHeader next) {
  switch (next.registry()) {
    case NextHeader::Registry::kNone: return nullptr;
    case NextHeader::Registry::kEtherType: return by_ether_type(next.number());
    case NextHeader::Registry::kIpProtocol: return by_ip_protocol(next.number());
    case NextHeader::Registry::kUdpPort: {
      const Decoder decoder = by_udp_port(next.number());
      return decoder != nullptr ? decoder : by_udp_port(next.src_number());
    }
  }
  return nullptr;
}

template <typename T>
T saturate(std::size_t value) {
  return static_cast<T>(std::min<std::size_t>(value, std::numeric_limits<T>::max()));
}

}  // namespace

std::optional<LinkType> link_type_of(int dlt) noexcept {
  switch (dlt) {
    case 0:
    case 108: return LinkType::kLoopback;
    case 1: return LinkType::kEthernet;
    case 12:
    case 14:
    case 101:
    case 228:
    case 229: return LinkType::kRawIp;
    case 113: return LinkType::kLinuxCooked;
    case 276: return LinkType::kLinuxCooked2;
    default: return std::nullopt;
  }
}

void decode(const Frame& frame, RecordBuilder& record) noexcept {
  const auto captured_length = saturate<std::uint32_t>(frame.bytes.size());
  const std::uint32_t wire_length = std::max(frame.wire_length, captured_length);
  Payload payload(ByteReader(frame.bytes.data(), captured_length), wire_length);

  // Every step takes off a header and adds a block (a raw packet's first step excepted), so that the record's bound on
  // blocks ends the walk long before this one does.
  constexpr std::uint32_t kMaxSteps = record::kMaxLayers + 1;
  Decoder decoder = by_link_type(frame.link_type);
  for (std::uint32_t step = 0; decoder != nullptr && step < kMaxSteps; ++step) {
    decoder = by_number(decoder(payload, record));
  }

  if (auto* ethernet = record.first<record::Ethernet>()) {
    ethernet->trailer_size = saturate<std::uint16_t>(payload.trailer_size());
  }
  record::RecordHeader& header = record.header();
  header.wire_length = wire_length;
  header.captured_length = captured_length;
  header.payload_length = payload.bytes().size();
  if (header.payload_length != 0) record.flag(record::kHasPayload);
}

}  // namespace pktferry::decode
