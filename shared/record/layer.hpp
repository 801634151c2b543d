// What every protocol block of a record starts with, and the closed list of blocks there are.
//
// A record (record.hpp) is a header followed by one block per protocol layer, in packet order. Every block is a
// trivially copyable struct whose first member is a LayerHeader; some are followed by a tail whose length is in the
// struct. Integers are in host byte order, addresses are byte arrays in network order. Nothing here owns memory.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace pktferry::record {

// Stable numbers: they cross the ring between two versions of the services. Append only.
enum class LayerType : std::uint8_t {
  kEthernet = 1,
  kVlan = 2,
  kLinuxCooked = 3,
  kLoopback = 4,
  kArp = 5,
  kIpv4 = 6,
  kIpv6 = 7,
  kIpv6Extension = 8,
  kTcp = 9,
  kUdp = 10,
  kIcmp = 11,
  kIcmpv6 = 12,
  kDns = 13,
};

// The packet on the wire has scope 0, the packet it carries (a tunnel) 1, and so on; the packet that an ICMP error
// quotes has kQuotedScope. Scopes never decrease within a record.
inline constexpr std::uint8_t kQuotedScope = 0xff;

struct LayerHeader {
  LayerType type;
  std::uint8_t scope;
  std::uint16_t size;  // bytes of the whole block, this header and the tail included; a multiple of kLayerAlignment
};
static_assert(sizeof(LayerHeader) == 4);

inline constexpr std::uint32_t kLayerAlignment = 4;

constexpr std::uint32_t align_layer(std::uint32_t size_bytes) {
  return (size_bytes + kLayerAlignment - 1) & ~(kLayerAlignment - 1);
}

// A block struct: its number, its alignment, and how many bytes of tail its own counts claim.
template <typename T>
concept Layer = std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T> && alignof(T) <= kLayerAlignment &&
                sizeof(T) % kLayerAlignment == 0 && requires(const T& layer) {
  { T::kType } -> std::convertible_to<LayerType>;
  { layer.header } -> std::convertible_to<const LayerHeader&>;
  { layer.tail_size() } -> std::convertible_to<std::uint32_t>;
};

}  // namespace pktferry::record
