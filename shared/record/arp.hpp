// ARP (RFC 826). The addresses count only for Ethernet and IPv4 (hardware_size 6, protocol_size 4).
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Arp {
  static constexpr LayerType kType = LayerType::kArp;
  LayerHeader header;
  std::uint16_t hardware_type;
  std::uint16_t protocol_type;
  std::uint8_t hardware_size;
  std::uint8_t protocol_size;
  std::uint16_t opcode;  // 1 request, 2 reply
  std::uint8_t sender_hardware[6];
  std::uint8_t sender_protocol[4];
  std::uint8_t target_hardware[6];
  std::uint8_t target_protocol[4];
  constexpr bool has_addresses() const { return hardware_size == 6 && protocol_size == 4; }
  constexpr std::uint32_t tail_size() const { return 0; }
};
static_assert(Layer<Arp> && sizeof(Arp) == 32);

}  // namespace pktferry::record
