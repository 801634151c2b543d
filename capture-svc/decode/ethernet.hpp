// Ethernet II and IEEE 802.3 (record/ethernet.hpp). The walker fills in trailer_size: only the network packet tells it.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_ethernet(Payload& payload, RecordBuilder& record) noexcept;

// What a type field of an Ethernet header or VLAN tag stands for: an EtherType, or a length (IEEE 802.3 clause 3.2.6),
// to which `payload`, what lies behind the field, is then narrowed.
NextHeader ether_type_or_length(std::uint16_t value, Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
