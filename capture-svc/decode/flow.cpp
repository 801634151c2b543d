#include "capture-svc/decode/flow.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "capture-svc/decode/byte_reader.hpp"
#include "capture-svc/decode/next_header.hpp"

namespace pktferry::decode {
namespace {

constexpr std::uint32_t kMaxTags = 2;
constexpr std::uint32_t kMaxExtensions = 8;

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

// Ordering the two ends makes both directions alike.
std::uint32_t hash_ends(std::uint64_t end, std::uint64_t other_end, std::uint8_t protocol) {
  const auto [low, high] = std::minmax(end, other_end);
  return static_cast<std::uint32_t>(mix(mix(low + protocol) + high) >> 32);
}

std::uint64_t mac(ByteReader bytes, std::uint32_t offset) {
  return std::uint64_t{bytes.be16(offset)} << 32 | bytes.be32(offset + 2);
}

constexpr bool has_ports(std::uint8_t protocol) {
  return protocol == 6 || protocol == 17 || protocol == 132;
}

struct Ports {
  std::uint16_t src = 0;
  std::uint16_t dst = 0;
};

// Zero where the packet has none, or ends before them.
Ports read_ports(std::uint8_t protocol, ByteReader rest) {
  if (!has_ports(protocol) || rest.size() < 4) return {};
  return {rest.be16(0), rest.be16(2)};
}

std::optional<std::uint32_t> hash_ipv4(ByteReader rest) {
  if (rest.size() < 20 || rest.u8(0) >> 4 != 4) return std::nullopt;
  const std::uint32_t header_size = (rest.u8(0) & 0x0fu) * 4;
  const bool is_fragment = (rest.be16(6) & 0x3fff) != 0;
  const std::uint8_t protocol = rest.u8(9);
  Ports ports;
  if (!is_fragment && header_size >= 20 && header_size <= rest.size()) {
    ports = read_ports(protocol, rest.behind(header_size));
  }
  return hash_ends(std::uint64_t{rest.be32(12)} << 16 | ports.src, std::uint64_t{rest.be32(16)} << 16 | ports.dst,
                   protocol);
}

// Steps over the extension headers in front of the transport header; true where `protocol` and `rest` are then the
// transport's. A fragment stops at its fragment header, with the protocol that it names, alike in all of a packet's
// fragments.
bool skip_extensions(std::uint8_t& protocol, ByteReader& rest) {
  for (std::uint32_t count = 0; count < kMaxExtensions; ++count) {
    std::uint32_t size = 8;
    switch (protocol) {
      case 0:
      case 43:
      case 60:
      case 135:
        if (rest.size() < 8) return false;
        size = (rest.u8(1) + 1u) * 8;
        break;
      case 51:
        if (rest.size() < 8) return false;
        size = (rest.u8(1) + 2u) * 4;
        break;
      case 44:
        if (rest.size() < 8) return false;
        if ((rest.be16(2) & 0xfff9) != 0) {  // offset or "more": else it is whole (RFC 6946)
          protocol = rest.u8(0);
          return false;
        }
        break;
      default: return true;
    }
    if (size > rest.size()) return false;
    protocol = rest.u8(0);
    rest = rest.behind(size);
  }
  return false;
}

std::optional<std::uint32_t> hash_ipv6(ByteReader rest) {
  if (rest.size() < 40 || rest.u8(0) >> 4 != 6) return std::nullopt;
  const ByteReader header = rest;
  std::uint8_t protocol = header.u8(6);
  rest = rest.behind(40);
  const Ports ports = skip_extensions(protocol, rest) ? read_ports(protocol, rest) : Ports{};
  const auto end = [&](std::uint32_t offset, std::uint16_t port) {
    return mix(mix(header.be64(offset)) + header.be64(offset + 8)) + port;
  };
  return hash_ends(end(8, ports.src), end(24, ports.dst), protocol);
}

std::optional<std::uint32_t> hash_network(std::uint16_t ether_type, ByteReader rest) {
  for (std::uint32_t tags = 0; ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100; ++tags) {
    if (tags == kMaxTags || rest.size() < 4) return std::nullopt;
    ether_type = rest.be16(2);
    rest = rest.behind(4);
  }
  if (ether_type == kEtherTypeIpv4) return hash_ipv4(rest);
  if (ether_type == kEtherTypeIpv6) return hash_ipv6(rest);
  return std::nullopt;
}

std::optional<std::uint32_t> hash_raw_ip(ByteReader rest) {
  const auto hash = hash_ipv4(rest);
  return hash ? hash : hash_ipv6(rest);
}

}  // namespace

std::uint32_t flow_hash(const Frame& frame) noexcept {
  const ByteReader bytes(frame.bytes.data(), static_cast<std::uint32_t>(std::min<std::size_t>(
                                                 frame.bytes.size(), std::numeric_limits<std::uint32_t>::max())));
  switch (frame.link_type) {
    case LinkType::kEthernet:
      if (bytes.size() < 14) return 0;
      if (const auto hash = hash_network(bytes.be16(12), bytes.behind(14))) return *hash;
      return hash_ends(mac(bytes, 0), mac(bytes, 6), 0);
    case LinkType::kLinuxCooked:
      if (bytes.size() < 16) return 0;
      if (const auto hash = hash_network(bytes.be16(14), bytes.behind(16))) return *hash;
      return hash_ends(bytes.be64(6), 0, 0);
    case LinkType::kLinuxCooked2:
      if (bytes.size() < 20) return 0;
      if (const auto hash = hash_network(bytes.be16(0), bytes.behind(20))) return *hash;
      return hash_ends(bytes.be64(12), 0, 0);
    case LinkType::kLoopback:
      if (bytes.size() < 4) return 0;
      return hash_raw_ip(bytes.behind(4)).value_or(0);
    case LinkType::kRawIp: return hash_raw_ip(bytes).value_or(0);
  }
  return 0;
}

}  // namespace pktferry::decode
