// Every list there is. A new protocol is one line here: encoder, --fields, schemas and bounds follow.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "publisher-svc/encode/arp.hpp"
#include "publisher-svc/encode/capture.hpp"
#include "publisher-svc/encode/dns.hpp"
#include "publisher-svc/encode/ethernet.hpp"
#include "publisher-svc/encode/frame.hpp"
#include "publisher-svc/encode/icmp.hpp"
#include "publisher-svc/encode/icmpv6.hpp"
#include "publisher-svc/encode/ipv4.hpp"
#include "publisher-svc/encode/ipv6.hpp"
#include "publisher-svc/encode/linux_cooked.hpp"
#include "publisher-svc/encode/loopback.hpp"
#include "publisher-svc/encode/tcp.hpp"
#include "publisher-svc/encode/udp.hpp"
#include "publisher-svc/encode/vlan.hpp"

namespace pktferry::encode {

// The layers that come from blocks of a record, by their order in the documents.
inline constexpr auto kProtocolLayers =
    std::tie(kEthernetLayer, kVlanLayer, kLinuxCookedLayer, kLoopbackLayer, kArpLayer, kIpv4Layer, kIpv6Layer,
             kIpv6ExtensionLayer, kTcpLayer, kUdpLayer, kIcmpLayer, kIcmpv6Layer, kDnsLayer);
inline constexpr std::size_t kProtocolCount = std::tuple_size_v<std::remove_cv_t<decltype(kProtocolLayers)>>;

// All lists, those of arrays within a layer too.
inline constexpr auto kLists =
    std::tuple_cat(std::tie(kCaptureLayer, kFrameLayer), kProtocolLayers, std::tie(kDnsQuestionLayer, kDnsAnswerLayer));
inline constexpr std::size_t kListCount = std::tuple_size_v<std::remove_cv_t<decltype(kLists)>>;

// Where `List` is in kLists.
template <typename List>
consteval std::size_t list_index() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    std::size_t index = kListCount;
    ((std::is_same_v<std::remove_cvref_t<decltype(std::get<I>(kLists))>, List> ? void(index = I) : void()), ...);
    return index;
  }
  (std::make_index_sequence<kListCount>{});
}

}  // namespace pktferry::encode
