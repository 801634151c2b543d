// ICMP (record/icmp.hpp). Errors lead on to the packet they quote, in kQuotedScope.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_icmp(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
