// TCP with its options (record/tcp.hpp).
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_tcp(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
