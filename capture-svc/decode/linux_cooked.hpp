// Linux cooked captures, versions 1 and 2 (record/linux_cooked.hpp).
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_linux_cooked(Payload& payload, RecordBuilder& record) noexcept;
NextHeader decode_linux_cooked2(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
