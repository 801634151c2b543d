// ICMPv6 with neighbour discovery (record/icmp.hpp). Errors lead on to the packet they quote, in kQuotedScope.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_icmpv6(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
