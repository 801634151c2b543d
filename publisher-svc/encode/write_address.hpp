// Addresses and bytes as text: MAC "08:00:27:19:1c:78", IPv4 dotted, IPv6 as RFC 5952 and inet_ntop(3) write it, any
// bytes like a MAC. Each writer returns the end of what it wrote and may touch a few bytes behind it (kNumberSlack).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "publisher-svc/encode/write_number.hpp"

namespace pktferry::encode {

inline constexpr std::size_t kMaxIpv4Text = 15;
inline constexpr std::size_t kMaxIpv6Text = 45;  // the longest form has IPv4 digits at its end
inline constexpr std::size_t kMacText = 17;

// "00".."ff".
struct HexTable {
  char pairs[512]{};
  consteval HexTable() {
    constexpr char kDigits[] = "0123456789abcdef";
    for (std::size_t byte = 0; byte < 256; ++byte) {
      pairs[byte * 2] = kDigits[byte >> 4];
      pairs[byte * 2 + 1] = kDigits[byte & 15];
    }
  }
};
inline constexpr HexTable kHexTable;

[[gnu::always_inline]] inline char* write_hex_byte(char* out, std::uint8_t byte) noexcept {
  std::memcpy(out, &kHexTable.pairs[byte * std::size_t{2}], 2);
  return out + 2;
}

// `bytes` joined by colons; nothing where there are none.
inline char* write_hex(char* out, std::span<const std::uint8_t> bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) *out++ = ':';
    out = write_hex_byte(out, bytes[i]);
  }
  return out;
}

[[gnu::always_inline]] inline char* write_mac(char* out, const std::uint8_t (&address)[6]) noexcept {
  for (int i = 0; i < 6; ++i) {
    write_hex_byte(out + 3 * i, address[i]);
    out[3 * i + 2] = ':';  // the last one is overwritten by what follows
  }
  return out + kMacText;
}

[[gnu::always_inline]] inline char* write_ipv4(char* out, const std::uint8_t* address) noexcept {
  out = write_number(out, address[0]);
  *out++ = '.';
  out = write_number(out, address[1]);
  *out++ = '.';
  out = write_number(out, address[2]);
  *out++ = '.';
  return write_number(out, address[3]);
}

// `address`: 16 bytes in network order.
char* write_ipv6(char* out, const std::uint8_t* address) noexcept;

}  // namespace pktferry::encode
