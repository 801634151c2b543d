// UDP (record/udp.hpp).
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_udp(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
