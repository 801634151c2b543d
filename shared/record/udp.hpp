// UDP (RFC 768).
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Udp {
  static constexpr LayerType kType = LayerType::kUdp;
  LayerHeader header;
  std::uint16_t src_port;
  std::uint16_t dst_port;
  std::uint16_t length;    // bytes, header included, as in the header
  std::uint16_t checksum;  // as in the header, not verified
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Udp> && sizeof(Udp) == 12);

}  // namespace pktferry::record
