// layers.icmp, after record::Icmp.
#pragma once

#include "publisher-svc/encode/field.hpp"
#include "shared/record/icmp.hpp"

namespace pktferry::encode {

inline constexpr auto kIcmpLayer = layer<"icmp", record::Icmp>(
    {.about = "Internet Control Message Protocol", .source = "RFC 792, RFC 1191"},
    number<"icmp_icmp_type">(&record::Icmp::type, {.tshark = "icmp.type", .about = "Type: 0 echo reply, 8 echo"}),
    number<"icmp_icmp_code">(&record::Icmp::code, {.tshark = "icmp.code", .about = "Code"}),
    number<"icmp_icmp_checksum">(&record::Icmp::checksum,
                                 {.tshark = "icmp.checksum", .about = "Checksum, not verified"}),
    when(has<&record::Icmp::present, record::Icmp::kEcho>,
         number<"icmp_icmp_ident">(
             &record::Icmp::identifier,
             {.tshark = "icmp.ident", .about = "Identifier of an echo, a timestamp, an address mask"}),
         number<"icmp_icmp_seq">(
             &record::Icmp::sequence,
             {.tshark = "icmp.seq", .about = "Sequence number of an echo, a timestamp, an address mask"})),
    when(has<&record::Icmp::present, record::Icmp::kMtu>,
         number<"icmp_icmp_mtu">(&record::Icmp::mtu,
                                 {.tshark = "icmp.mtu", .unit = "bytes", .about = "MTU of the next hop"})),
    when(has<&record::Icmp::present, record::Icmp::kGateway>,
         field<"icmp_icmp_redir_gw", Ipv4Address>(
             &record::Icmp::gateway, {.tshark = "icmp.redir_gw", .about = "Gateway that a redirect names"})),
    field<"quoted", QuotedLayers>([](const record::Icmp&) { return 0; },
                                  {.about = "Layers of the packet that an error message quotes"}));

}  // namespace pktferry::encode
