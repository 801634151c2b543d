// IPv4 with its options (record/ipv4.hpp). Behind a fragment's offset there is no header: the walk ends there.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_ipv4(Payload& payload, RecordBuilder& record) noexcept;

// A packet without link header: its version tells IPv4 from IPv6. Adds no block.
NextHeader decode_raw_ip(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
