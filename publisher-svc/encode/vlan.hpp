// layers.vlan, after record::Vlan: one object per tag.
#pragma once

#include "publisher-svc/encode/ethernet.hpp"
#include "publisher-svc/encode/field.hpp"
#include "shared/record/vlan.hpp"

namespace pktferry::encode {

inline constexpr auto kVlanLayer = repeating_layer<"vlan", record::Vlan>(
    {.about = "VLAN tags, the outermost first", .source = "IEEE 802.1Q, 802.1ad"},
    number<"vlan_vlan_priority">(&record::Vlan::priority, {.tshark = "vlan.priority", .about = "Priority code point"}),
    boolean<"vlan_vlan_dei">(&record::Vlan::dei, {.tshark = "vlan.dei", .about = "Drop eligible indicator"}),
    number<"vlan_vlan_id">(&record::Vlan::id, {.tshark = "vlan.id", .about = "VLAN id, 0 to 4095"}),
    when([](const record::Vlan& vlan) { return vlan.type >= kMinEtherType; },
         number<"vlan_vlan_etype">(&record::Vlan::type,
                                   {.tshark = "vlan.etype", .about = "EtherType of what follows the tag"})),
    when([](const record::Vlan& vlan) { return vlan.type < kMinEtherType; },
         number<"vlan_vlan_len">(&record::Vlan::type,
                                 {.tshark = "vlan.len", .unit = "bytes", .about = "Length (802.3 behind the tag)"})));

}  // namespace pktferry::encode
