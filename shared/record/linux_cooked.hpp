// Linux "cooked" captures, versions 1 and 2 (LINKTYPE_LINUX_SLL 113, LINKTYPE_LINUX_SLL2 276).
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct LinuxCooked {
  static constexpr LayerType kType = LayerType::kLinuxCooked;
  LayerHeader header;
  std::uint32_t interface_index;  // version 2 only, else 0
  std::uint16_t packet_type;      // 0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 sent by us
  std::uint16_t hardware_type;    // ARPHRD_*
  std::uint16_t protocol;         // EtherType
  std::uint8_t version;           // 1 or 2
  std::uint8_t address_length;    // of the sender's address, as in the header (may exceed 8)
  std::uint8_t address[8];        // the first min(address_length, 8) bytes count
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<LinuxCooked> && sizeof(LinuxCooked) == 24);

}  // namespace pktferry::record
