// layers.icmpv6, after record::Icmpv6.
#pragma once

#include "publisher-svc/encode/field.hpp"
#include "shared/record/icmp.hpp"

namespace pktferry::encode {

inline constexpr auto kIcmpv6Layer = layer<"icmpv6", record::Icmpv6>(
    {.about = "Internet Control Message Protocol for IPv6, neighbour discovery", .source = "RFC 4443, RFC 4861"},
    number<"icmpv6_icmpv6_type">(&record::Icmpv6::type, {.tshark = "icmpv6.type",
                                                         .about = "Type: 128 echo request, 129 echo reply, 135 "
                                                                  "neighbour solicitation, 136 advertisement"}),
    number<"icmpv6_icmpv6_code">(&record::Icmpv6::code, {.tshark = "icmpv6.code", .about = "Code"}),
    number<"icmpv6_icmpv6_checksum">(&record::Icmpv6::checksum,
                                     {.tshark = "icmpv6.checksum", .about = "Checksum, not verified"}),
    when(has<&record::Icmpv6::present, record::Icmpv6::kEcho>,
         number<"icmpv6_icmpv6_echo_identifier">(
             &record::Icmpv6::identifier, {.tshark = "icmpv6.echo.identifier", .about = "Identifier of the echo"}),
         number<"icmpv6_icmpv6_echo_sequence_number">(
             &record::Icmpv6::sequence,
             {.tshark = "icmpv6.echo.sequence_number", .about = "Sequence number of the echo"})),
    when(has<&record::Icmpv6::present, record::Icmpv6::kMtu>,
         number<"icmpv6_icmpv6_mtu">(&record::Icmpv6::mtu,
                                     {.tshark = "icmpv6.mtu", .unit = "bytes", .about = "MTU of the next hop"})),
    one_of(
        [](const record::Icmpv6& icmp) {
          if ((icmp.present & record::Icmpv6::kTarget) == 0) return 0;
          switch (icmp.type) {
            case 135: return 1;
            case 136: return 2;
            case 137: return 3;
            default: return 0;
          }
        },
        field<"icmpv6_icmpv6_nd_ns_target_address", Ipv6Address>(
            &record::Icmpv6::target,
            {.tshark = "icmpv6.nd.ns.target_address", .about = "Target of a neighbour solicitation"}),
        field<"icmpv6_icmpv6_nd_na_target_address", Ipv6Address>(
            &record::Icmpv6::target,
            {.tshark = "icmpv6.nd.na.target_address", .about = "Target of a neighbour advertisement"}),
        field<"icmpv6_icmpv6_nd_rd_target_address", Ipv6Address>(
            &record::Icmpv6::target, {.tshark = "icmpv6.nd.rd.target_address", .about = "Target of a redirect"})),
    when(has<&record::Icmpv6::present, record::Icmpv6::kLinkLayerAddress>,
         field<"icmpv6_icmpv6_opt_linkaddr", Mac>(
             &record::Icmpv6::link_layer_address,
             {.tshark = "icmpv6.opt.linkaddr", .about = "Source or target link-layer address option"})),
    field<"quoted", QuotedLayers>([](const record::Icmpv6&) { return 0; },
                                  {.about = "Layers of the packet that an error message quotes"}));

}  // namespace pktferry::encode
