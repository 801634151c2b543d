// BSD loopback (record/loopback.hpp), in either byte order.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_loopback(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
