// ARP (record/arp.hpp).
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_arp(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
