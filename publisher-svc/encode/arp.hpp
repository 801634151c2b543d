// layers.arp, after record::Arp.
#pragma once

#include "publisher-svc/encode/field.hpp"
#include "shared/record/arp.hpp"

namespace pktferry::encode {

inline constexpr auto kArpLayer = layer<"arp", record::Arp>(
    {.about = "Address Resolution Protocol; the addresses only for Ethernet and IPv4", .source = "RFC 826"},
    number<"arp_arp_hw_type">(&record::Arp::hardware_type, {.tshark = "arp.hw.type", .about = "Hardware type"}),
    number<"arp_arp_proto_type">(&record::Arp::protocol_type, {.tshark = "arp.proto.type", .about = "Protocol type"}),
    number<"arp_arp_hw_size">(&record::Arp::hardware_size,
                              {.tshark = "arp.hw.size", .unit = "bytes", .about = "Hardware address size"}),
    number<"arp_arp_proto_size">(&record::Arp::protocol_size,
                                 {.tshark = "arp.proto.size", .unit = "bytes", .about = "Protocol address size"}),
    number<"arp_arp_opcode">(&record::Arp::opcode, {.tshark = "arp.opcode", .about = "1 request, 2 reply"}),
    when(&record::Arp::has_addresses,
         field<"arp_arp_src_hw_mac", Mac>(&record::Arp::sender_hardware,
                                          {.tshark = "arp.src.hw_mac", .about = "Sender MAC address"}),
         field<"arp_arp_src_proto_ipv4", Ipv4Address>(&record::Arp::sender_protocol,
                                                      {.tshark = "arp.src.proto_ipv4", .about = "Sender IP address"}),
         field<"arp_arp_dst_hw_mac", Mac>(&record::Arp::target_hardware,
                                          {.tshark = "arp.dst.hw_mac", .about = "Target MAC address"}),
         field<"arp_arp_dst_proto_ipv4", Ipv4Address>(&record::Arp::target_protocol,
                                                      {.tshark = "arp.dst.proto_ipv4", .about = "Target IP address"})));

}  // namespace pktferry::encode
