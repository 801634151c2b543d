// layers.ip, after record::Ipv4. The names are figure 7's.
#pragma once

#include <cstdint>
#include <span>

#include "publisher-svc/encode/field.hpp"
#include "shared/record/ipv4.hpp"

namespace pktferry::encode {

inline constexpr auto kIpv4Layer = layer<"ip", record::Ipv4>(
    {.about = "Internet Protocol version 4", .source = "RFC 791, RFC 2474, RFC 3168"},
    number<"ip_ip_version">(&record::Ipv4::version, {.tshark = "ip.version", .about = "Version as in the header: 4"}),
    number<"ip_ip_hdr_len">(&record::Ipv4::header_words,
                            {.tshark = "ip.hdr_len", .unit = "32-bit words", .about = "Header length (IHL)"}),
    number<"ip_ip_tos">(&record::Ipv4::tos,
                        {.tshark = "ip.tos", .about = "Type of service octet: DSCP (6 bits), ECN (2 bits)"}),
    number<"ip_ip_len">(&record::Ipv4::total_length,
                        {.tshark = "ip.len", .unit = "bytes", .about = "Total length as in the header"}),
    number<"ip_ip_id">(&record::Ipv4::id, {.tshark = "ip.id", .about = "Identification"}),
    number<"ip_ip_flags">(bits<&record::Ipv4::fragment, 13, 3>, {.tshark = "ip.flags", .about = "The three flags"}),
    boolean<"ip_ip_flags_rb">(bits<&record::Ipv4::fragment, 15>, {.tshark = "ip.flags.rb", .about = "Reserved bit"}),
    boolean<"ip_ip_flags_df">(bits<&record::Ipv4::fragment, 14>, {.tshark = "ip.flags.df", .about = "Don't fragment"}),
    boolean<"ip_ip_flags_mf">(bits<&record::Ipv4::fragment, 13>, {.tshark = "ip.flags.mf", .about = "More fragments"}),
    number<"ip_ip_frag_offset">(bits<&record::Ipv4::fragment, 0, 13>,
                                {.tshark = "ip.frag_offset", .unit = "8 bytes", .about = "Fragment offset"}),
    number<"ip_ip_ttl">(&record::Ipv4::ttl, {.tshark = "ip.ttl", .unit = "hops", .about = "Time to live"}),
    number<"ip_ip_proto">(&record::Ipv4::protocol, {.tshark = "ip.proto", .about = "Protocol: 1 ICMP, 6 TCP, 17 UDP"}),
    number<"ip_ip_checksum">(&record::Ipv4::checksum,
                             {.tshark = "ip.checksum", .about = "Header checksum, not verified"}),
    field<"ip_ip_src", Ipv4Address>(&record::Ipv4::src, {.tshark = "ip.src", .about = "Source address"}),
    field<"ip_ip_dst", Ipv4Address>(&record::Ipv4::dst, {.tshark = "ip.dst", .about = "Destination address"}),
    when([](const record::Ipv4& ip) { return ip.option_count != 0; },
         field<"ip_ip_opt_type", Numbers<record::Ipv4::kMaxOptions>>(
             [](const record::Ipv4&, Tail tail) {
               return std::span(static_cast<const std::uint8_t*>(static_cast<const void*>(tail.data())), tail.size());
             },
             {.tshark = "ip.opt.type", .about = "Type octet of each option, in order"})));

}  // namespace pktferry::encode
