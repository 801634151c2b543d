// One IEEE 802.1Q or 802.1ad tag. A packet with several (QinQ) has several of these blocks in a row.
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Vlan {
  static constexpr LayerType kType = LayerType::kVlan;
  LayerHeader header;
  std::uint16_t id;        // 0..4095
  std::uint16_t type;      // EtherType of what follows the tag
  std::uint8_t priority;   // PCP, 0..7
  std::uint8_t dei;        // drop eligible indicator, 0 or 1
  std::uint16_t reserved;  // 0
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Vlan> && sizeof(Vlan) == 12);

}  // namespace pktferry::record
