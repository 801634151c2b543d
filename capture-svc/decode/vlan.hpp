// One 802.1Q or 802.1ad tag (record/vlan.hpp), from behind its TPID, which is the EtherType before it.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

NextHeader decode_vlan(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
