// layers.eth, after record::Ethernet.
#pragma once

#include "publisher-svc/encode/field.hpp"
#include "shared/record/ethernet.hpp"

namespace pktferry::encode {

// Below it the two bytes behind the addresses are a length (IEEE 802.3), from it on an EtherType.
inline constexpr std::uint16_t kMinEtherType = 1536;

inline constexpr auto kEthernetLayer = layer<"eth", record::Ethernet>(
    {.about = "Ethernet", .source = "IEEE 802.3"},
    field<"eth_eth_dst", Mac>(&record::Ethernet::dst, {.tshark = "eth.dst", .about = "Destination address"}),
    field<"eth_eth_src", Mac>(&record::Ethernet::src, {.tshark = "eth.src", .about = "Source address"}),
    when([](const record::Ethernet& eth) { return eth.type >= kMinEtherType; },
         number<"eth_eth_type">(&record::Ethernet::type, {.tshark = "eth.type", .about = "EtherType (Ethernet II)"})),
    when([](const record::Ethernet& eth) { return eth.type < kMinEtherType; },
         number<"eth_eth_len">(&record::Ethernet::type,
                               {.tshark = "eth.len", .unit = "bytes", .about = "Length (802.3, values below 1536)"})),
    number<"eth_eth_header_size">([](const record::Ethernet&) { return std::uint8_t{14}; },
                                  {.unit = "bytes", .about = "Size of the header: 14"}),
    number<"eth_eth_trailer_size">(
        &record::Ethernet::trailer_size,
        {.unit = "bytes", .about = "Captured bytes behind the network packet: padding, frame check sequence"}));

}  // namespace pktferry::encode
