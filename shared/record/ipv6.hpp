// IPv6 (RFC 8200), and its extension headers: one Ipv6Extension block each, directly behind the Ipv6 block.
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Ipv6 {
  static constexpr LayerType kType = LayerType::kIpv6;
  LayerHeader header;
  std::uint8_t src[16];
  std::uint8_t dst[16];
  std::uint32_t flow_label;      // 20 bits
  std::uint16_t payload_length;  // bytes, as in the header
  std::uint8_t version;          // as in the header: 6
  std::uint8_t traffic_class;
  std::uint8_t next_header;
  std::uint8_t hop_limit;
  std::uint16_t reserved;  // 0
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Ipv6> && sizeof(Ipv6) == 48);

struct Ipv6Extension {
  static constexpr LayerType kType = LayerType::kIpv6Extension;
  LayerHeader header;
  std::uint8_t protocol;  // of this header: 0 hop-by-hop, 43 routing, 44 fragment, 51 AH, 60 destination, 135 mobility
  std::uint8_t next_header;       // of what follows it
  std::uint16_t length;           // bytes of this header, 8..2048
  std::uint16_t fragment_offset;  // fragment only: 8-byte units, 13 bits
  std::uint8_t more_fragments;    // fragment only: 0 or 1
  std::uint8_t routing_type;      // routing only
  std::uint8_t segments_left;     // routing only
  std::uint8_t reserved[3];       // 0
  std::uint32_t fragment_id;      // fragment only
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Ipv6Extension> && sizeof(Ipv6Extension) == 20);

}  // namespace pktferry::record
