// layers.null, after record::Loopback.
#pragma once

#include "publisher-svc/encode/field.hpp"
#include "shared/record/loopback.hpp"

namespace pktferry::encode {

inline constexpr auto kLoopbackLayer = layer<"null", record::Loopback>(
    {.about = "BSD loopback", .source = "LINKTYPE_NULL, LINKTYPE_LOOP"},
    number<"null_null_family">(
        &record::Loopback::family,
        {.tshark = "null.family", .about = "Address family of the capturing system: 2 IPv4; 24, 28, 30 IPv6"}));

}  // namespace pktferry::encode
