// IPv6 and its extension headers (record/ipv6.hpp), at most kMaxIpv6Extensions of them.
#pragma once

#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {

inline constexpr std::uint32_t kMaxIpv6Extensions = 8;

NextHeader decode_ipv6(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
