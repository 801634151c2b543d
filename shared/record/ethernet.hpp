// Ethernet II and IEEE 802.3 (IEEE 802.3-2018 clause 3).
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Ethernet {
  static constexpr LayerType kType = LayerType::kEthernet;
  LayerHeader header;
  std::uint8_t dst[6];
  std::uint8_t src[6];
  std::uint16_t type;          // EtherType of this header (0x8100 where a tag follows); below 1536 a length (802.3)
  std::uint16_t trailer_size;  // captured bytes behind the network packet's own length: padding, FCS
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Ethernet> && sizeof(Ethernet) == 20);

}  // namespace pktferry::record
