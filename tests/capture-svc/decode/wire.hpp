// Hand-written packets, header by header, for the tests of decode: bytes, not objects, so that a test shows what lies
// on the wire and can contradict itself at will.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace pktferry::decode::test {

using Bytes = std::vector<std::byte>;

// "08 00  45": spaces do not matter.
inline Bytes hex(std::string_view text) {
  const auto digit = [](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    throw std::invalid_argument("not a hexadecimal digit");
  };
  Bytes bytes;
  bool half = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    if (half) {
      bytes.back() |= static_cast<std::byte>(digit(c));
    } else {
      bytes.push_back(static_cast<std::byte>(digit(c) << 4));
    }
    half = !half;
  }
  if (half) throw std::invalid_argument("half a byte");
  return bytes;
}

inline Bytes text(std::string_view chars) {
  Bytes bytes(chars.size());
  for (std::size_t i = 0; i < chars.size(); ++i) bytes[i] = static_cast<std::byte>(chars[i]);
  return bytes;
}

inline Bytes fill(std::size_t size, unsigned value = 0xaa) {
  return Bytes(size, static_cast<std::byte>(value));
}

inline Bytes be16(std::size_t value) {
  return {static_cast<std::byte>(value >> 8), static_cast<std::byte>(value)};
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Bytes cut(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

inline Bytes with(Bytes bytes, std::size_t offset, unsigned value) {
  bytes.at(offset) = static_cast<std::byte>(value);
  return bytes;
}

inline Bytes ethernet(unsigned type, const Bytes& behind) {
  return hex("02 00 00 00 00 0b  02 00 00 00 00 0a") + be16(type) + behind;
}

inline Bytes vlan(unsigned id, unsigned type, const Bytes& behind) {
  return be16(id) + be16(type) + behind;
}

// 10.0.0.1 > 10.0.0.2, with the length that fits. `fragment`: flags and offset.
inline Bytes ipv4(unsigned protocol, const Bytes& behind, unsigned fragment = 0x4000) {
  return hex("45 00") + be16(20 + behind.size()) + hex("12 34") + be16(fragment) + hex("40") +
         Bytes{static_cast<std::byte>(protocol)} + hex("be ef  0a 00 00 01  0a 00 00 02") + behind;
}

// 2001:db8::1 > 2001:db8::2, with the length that fits.
inline Bytes ipv6(unsigned next_header, const Bytes& behind) {
  return hex("60 00 00 00") + be16(behind.size()) + Bytes{static_cast<std::byte>(next_header)} +
         hex("40  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02") +
         behind;
}

// 40000 > 443, SYN. `options` must be a multiple of four bytes.
inline Bytes tcp(const Bytes& options = {}, const Bytes& behind = {}) {
  const auto words = (20 + options.size()) / 4;
  return hex("9c 40 01 bb  00 00 10 00  00 00 20 00") + Bytes{static_cast<std::byte>(words << 4)} +
         hex("02  fa f0  ca fe  00 00") + options + behind;
}

// With the length that fits.
inline Bytes udp(unsigned src_port, unsigned dst_port, const Bytes& behind) {
  return be16(src_port) + be16(dst_port) + be16(8 + behind.size()) + hex("be ad") + behind;
}

// id 0x1234.
inline Bytes dns(unsigned flags, unsigned queries, unsigned answers, const Bytes& entries) {
  return hex("12 34") + be16(flags) + be16(queries) + be16(answers) + hex("00 00 00 00") + entries;
}

inline Bytes dns_over_ipv4(const Bytes& message) {
  return ethernet(0x0800, ipv4(17, udp(40000, 53, message)));
}

}  // namespace pktferry::decode::test
