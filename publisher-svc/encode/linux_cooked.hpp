// layers.sll, after record::LinuxCooked: versions 1 and 2 alike, as tshark names them.
#pragma once

#include <algorithm>
#include <span>

#include "publisher-svc/encode/ethernet.hpp"
#include "publisher-svc/encode/field.hpp"
#include "shared/record/linux_cooked.hpp"

namespace pktferry::encode {

inline constexpr auto kLinuxCookedLayer = layer<"sll", record::LinuxCooked>(
    {.about = "Linux cooked capture", .source = "LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2"},
    number<"sll_sll_pkttype">(
        &record::LinuxCooked::packet_type,
        {.tshark = "sll.pkttype", .about = "0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 sent by us"}),
    number<"sll_sll_hatype">(&record::LinuxCooked::hardware_type,
                             {.tshark = "sll.hatype", .about = "Link-layer address type (ARPHRD_*)"}),
    number<"sll_sll_halen">(&record::LinuxCooked::address_length,
                            {.tshark = "sll.halen", .unit = "bytes", .about = "Link-layer address length"}),
    one_of(
        [](const record::LinuxCooked& sll) {
          switch (sll.address_length) {
            case 0: return 0;
            case 4: return 2;
            case 6: return 1;
            default: return 3;
          }
        },
        field<"sll_sll_src_eth", Mac>(
            [](const record::LinuxCooked& sll) -> const std::uint8_t (&)[6] {
              return *static_cast<const std::uint8_t(*)[6]>(static_cast<const void*>(sll.address));
            },
            {.tshark = "sll.src.eth", .about = "Sender's address of 6 bytes"}),
        field<"sll_sll_src_ipv4", Ipv4Address>(&record::LinuxCooked::address,
                                               {.tshark = "sll.src.ipv4", .about = "Sender's address of 4 bytes"}),
        field<"sll_sll_src_other", Hex<8>>(
            [](const record::LinuxCooked& sll) {
              return std::span(sll.address).first(std::min<std::size_t>(sll.address_length, sizeof(sll.address)));
            },
            {.tshark = "sll.src.other", .about = "Sender's address of another length, its first 8 bytes"})),
    when([](const record::LinuxCooked& sll) { return sll.protocol >= kMinEtherType; },
         number<"sll_sll_etype">(&record::LinuxCooked::protocol, {.tshark = "sll.etype", .about = "EtherType"})),
    when([](const record::LinuxCooked& sll) { return sll.protocol < kMinEtherType; },
         number<"sll_sll_ltype">(&record::LinuxCooked::protocol,
                                 {.tshark = "sll.ltype", .about = "Linux protocol number below 1536 (4 is LLC)"})),
    when([](const record::LinuxCooked& sll) { return sll.version == 2; },
         number<"sll_sll_ifindex">(&record::LinuxCooked::interface_index,
                                   {.tshark = "sll.ifindex", .about = "Interface index (version 2 only)"})));

}  // namespace pktferry::encode
