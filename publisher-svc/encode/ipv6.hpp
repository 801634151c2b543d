// layers.ipv6 and layers.ipv6_ext, after record::Ipv6 and record::Ipv6Extension. tshark has a layer of its own for each
// kind of extension header; here they are one array, told apart by ipv6_ext_type.
#pragma once

#include <cstdint>
#include <string_view>

#include "publisher-svc/encode/field.hpp"
#include "shared/record/ipv6.hpp"

namespace pktferry::encode {

inline constexpr auto kIpv6Layer = layer<"ipv6", record::Ipv6>(
    {.about = "Internet Protocol version 6", .source = "RFC 8200"},
    number<"ipv6_ipv6_version">(&record::Ipv6::version,
                                {.tshark = "ipv6.version", .about = "Version as in the header: 6"}),
    number<"ipv6_ipv6_tclass">(&record::Ipv6::traffic_class,
                               {.tshark = "ipv6.tclass", .about = "Traffic class: DSCP (6 bits), ECN (2 bits)"}),
    number<"ipv6_ipv6_flow">(&record::Ipv6::flow_label, {.tshark = "ipv6.flow", .about = "Flow label, 20 bits"}),
    number<"ipv6_ipv6_plen">(&record::Ipv6::payload_length,
                             {.tshark = "ipv6.plen", .unit = "bytes", .about = "Payload length as in the header"}),
    number<"ipv6_ipv6_nxt">(&record::Ipv6::next_header,
                            {.tshark = "ipv6.nxt", .about = "Next header: 6 TCP, 17 UDP, 58 ICMPv6"}),
    number<"ipv6_ipv6_hlim">(&record::Ipv6::hop_limit, {.tshark = "ipv6.hlim", .unit = "hops", .about = "Hop limit"}),
    field<"ipv6_ipv6_src", Ipv6Address>(&record::Ipv6::src, {.tshark = "ipv6.src", .about = "Source address"}),
    field<"ipv6_ipv6_dst", Ipv6Address>(&record::Ipv6::dst, {.tshark = "ipv6.dst", .about = "Destination address"}));

inline constexpr auto kIpv6ExtensionLayer = repeating_layer<"ipv6_ext", record::Ipv6Extension>(
    {.about = "IPv6 extension headers, in packet order", .source = "RFC 8200, RFC 4302, RFC 6275"},
    number<"ipv6_ext_type">(&record::Ipv6Extension::protocol,
                            {.about = "Which header: 0 hop-by-hop, 43 routing, 44 fragment, 51 authentication, 60 "
                                      "destination options, 135 mobility"}),
    number<"ipv6_ext_nxt">(&record::Ipv6Extension::next_header, {.about = "Next header: what follows it"}),
    number<"ipv6_ext_len">(&record::Ipv6Extension::length, {.unit = "bytes", .about = "Length of this header"}),
    when([](const record::Ipv6Extension& extension) { return extension.protocol == 43; },
         number<"ipv6_ipv6_routing_type">(&record::Ipv6Extension::routing_type,
                                          {.tshark = "ipv6.routing.type", .about = "Routing type"}),
         number<"ipv6_ipv6_routing_segleft">(&record::Ipv6Extension::segments_left,
                                             {.tshark = "ipv6.routing.segleft", .about = "Segments left"})),
    when([](const record::Ipv6Extension& extension) { return extension.protocol == 44; },
         number<"ipv6_ipv6_fraghdr_offset">(
             &record::Ipv6Extension::fragment_offset,
             {.tshark = "ipv6.fraghdr.offset", .unit = "8 bytes", .about = "Fragment offset"}),
         boolean<"ipv6_ipv6_fraghdr_more">(&record::Ipv6Extension::more_fragments,
                                           {.tshark = "ipv6.fraghdr.more", .about = "More fragments"}),
         number<"ipv6_ipv6_fraghdr_ident">(&record::Ipv6Extension::fragment_id,
                                           {.tshark = "ipv6.fraghdr.ident", .about = "Identification"})));

// Its name in frame_frame_protocols, after tshark.
constexpr std::string_view extension_name(std::uint8_t protocol) {
  switch (protocol) {
    case 0: return "ipv6.hopopts";
    case 43: return "ipv6.routing";
    case 44: return "ipv6.fraghdr";
    case 51: return "ah";
    case 60: return "ipv6.dstopts";
    case 135: return "mipv6";
    default: return "ipv6.ext";
  }
}

}  // namespace pktferry::encode
