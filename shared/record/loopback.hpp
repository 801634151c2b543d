// BSD loopback (LINKTYPE_NULL 0, LINKTYPE_LOOP 108): an address family before the network packet.
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Loopback {
  static constexpr LayerType kType = LayerType::kLoopback;
  LayerHeader header;
  std::uint32_t family;  // AF_* of the capturing system: 2 is IPv4; 24, 28 and 30 are IPv6
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Loopback> && sizeof(Loopback) == 8);

}  // namespace pktferry::record
