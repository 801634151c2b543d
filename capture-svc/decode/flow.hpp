// Which flow a frame belongs to, found before it is decoded: the hash chooses the lane that decode then writes into.
//
// A short walk of its own: link header, up to two VLAN tags, IPv4 or IPv6 (extension headers bounded), then the ports
// of TCP, UDP and SCTP. Both directions hash alike. Fragments hash by their addresses and protocol alone, so that all
// of a packet's fragments meet in one lane; frames without a network packet hash by their MAC addresses, both
// directions alike.
#pragma once

#include <cstdint>

#include "capture-svc/decode/decode.hpp"

namespace pktferry::decode {

// Unseeded: the same flow has the same hash on every node and after every restart.
std::uint32_t flow_hash(const Frame& frame) noexcept;

}  // namespace pktferry::decode
