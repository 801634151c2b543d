// IPv4 (RFC 791). Tail: option_count bytes, the type octet of each option in order (copied flag, class, number).
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Ipv4 {
  static constexpr LayerType kType = LayerType::kIpv4;
  static constexpr std::uint32_t kMaxOptions = 40;  // 40 bytes of options, one byte each at least
  LayerHeader header;
  std::uint8_t src[4];
  std::uint8_t dst[4];
  std::uint16_t total_length;  // bytes, as in the header; 0 with segmentation offload
  std::uint16_t id;
  std::uint16_t fragment;     // flags (3 bits) and offset in 8-byte units (13 bits), as in the header
  std::uint16_t checksum;     // as in the header, not verified
  std::uint8_t header_words;  // IHL, 32-bit words
  std::uint8_t tos;           // DSCP (6 bits) and ECN (2 bits)
  std::uint8_t ttl;
  std::uint8_t protocol;
  std::uint8_t version;  // as in the header: 4
  std::uint8_t option_count;
  std::uint16_t reserved;  // 0
  constexpr std::uint32_t tail_size() const { return option_count; }
};
static_assert(Layer<Ipv4> && sizeof(Ipv4) == 28);

}  // namespace pktferry::record
