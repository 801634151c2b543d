// layers.udp, after record::Udp.
#pragma once

#include "publisher-svc/encode/field.hpp"
#include "shared/record/udp.hpp"

namespace pktferry::encode {

inline constexpr auto kUdpLayer = layer<"udp", record::Udp>(
    {.about = "User Datagram Protocol", .source = "RFC 768"},
    number<"udp_udp_srcport">(&record::Udp::src_port, {.tshark = "udp.srcport", .about = "Source port"}),
    number<"udp_udp_dstport">(&record::Udp::dst_port, {.tshark = "udp.dstport", .about = "Destination port"}),
    number<"udp_udp_length">(&record::Udp::length,
                             {.tshark = "udp.length", .unit = "bytes", .about = "Length, header included"}),
    number<"udp_udp_checksum">(&record::Udp::checksum,
                               {.tshark = "udp.checksum", .about = "Checksum, not verified; 0 is none"}));

}  // namespace pktferry::encode
