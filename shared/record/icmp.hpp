// ICMP (RFC 792) and ICMPv6 (RFC 4443, RFC 4861). The packet that an error message quotes follows in blocks of
// kQuotedScope.
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Icmp {
  static constexpr LayerType kType = LayerType::kIcmp;

  // Which of the fields below the type of message has.
  // kEcho: not echo alone, but every message that has an identifier and a sequence number (timestamps, address masks).
  enum Present : std::uint8_t { kEcho = 1, kMtu = 2, kGateway = 4 };

  LayerHeader header;
  std::uint8_t type;
  std::uint8_t code;
  std::uint16_t checksum;    // as in the header, not verified
  std::uint16_t identifier;  // kEcho
  std::uint16_t sequence;    // kEcho
  std::uint16_t mtu;         // kMtu: fragmentation needed (RFC 1191)
  std::uint8_t present;
  std::uint8_t reserved;    // 0
  std::uint8_t gateway[4];  // kGateway: redirect
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Icmp> && sizeof(Icmp) == 20);

struct Icmpv6 {
  static constexpr LayerType kType = LayerType::kIcmpv6;

  // Which of the fields below the type of message has.
  enum Present : std::uint8_t { kEcho = 1, kMtu = 2, kTarget = 4, kLinkLayerAddress = 8 };

  LayerHeader header;
  std::uint8_t type;
  std::uint8_t code;
  std::uint16_t checksum;    // as in the header, not verified
  std::uint16_t identifier;  // kEcho
  std::uint16_t sequence;    // kEcho
  std::uint32_t mtu;         // kMtu: packet too big
  std::uint8_t present;
  std::uint8_t reserved;               // 0
  std::uint8_t link_layer_address[6];  // kLinkLayerAddress: source or target option of neighbour discovery
  std::uint8_t target[16];             // kTarget: neighbour solicitation, advertisement, redirect
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Icmpv6> && sizeof(Icmpv6) == 40);

}  // namespace pktferry::record
