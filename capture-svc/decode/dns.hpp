// DNS questions and answers (record/dns.hpp); authorities and additionals are counted by the header only.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

// Pointers followed within one name: a name of 255 bytes has no room for more labels than that.
inline constexpr std::uint32_t kMaxDnsPointers = 127;

NextHeader decode_dns(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
