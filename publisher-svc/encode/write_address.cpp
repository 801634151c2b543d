// IPv6 text: lower-case groups without leading zeros, the longest run of at least two zero groups (the first of equals)
// as "::", and the last 32 bits as IPv4 where inet_ntop does so.
#include "publisher-svc/encode/write_address.hpp"

#include <bit>

namespace pktferry::encode {
namespace {

// One to four digits, without a branch; four bytes are touched.
char* write_group(char* out, std::uint32_t group) noexcept {
  std::uint16_t high, low;  // two digits each, in memory's order
  std::memcpy(&high, &kHexTable.pairs[(group >> 8) * std::size_t{2}], 2);
  std::memcpy(&low, &kHexTable.pairs[(group & 0xff) * std::size_t{2}], 2);
  const std::uint32_t zeros = static_cast<std::uint32_t>(__builtin_clz(group | 1) - 16) / 4;
  std::uint32_t digits;
  if constexpr (std::endian::native == std::endian::little) {
    digits = (std::uint32_t{high} | std::uint32_t{low} << 16) >> 8 * zeros;
  } else {
    digits = (std::uint32_t{high} << 16 | std::uint32_t{low}) << 8 * zeros;
  }
  std::memcpy(out, &digits, 4);
  return out + 4 - zeros;
}

}  // namespace

char* write_ipv6(char* out, const std::uint8_t* address) noexcept {
  std::uint32_t groups[8];
  std::uint32_t zeros = 0;  // bit i: group i is zero
  for (std::uint32_t i = 0; i < 8; ++i) {
    groups[i] = static_cast<std::uint32_t>(address[2 * i] << 8 | address[2 * i + 1]);
    zeros |= std::uint32_t{groups[i] == 0} << i;
  }

  // Runs of zero groups, the longest first: after k shifts a bit stays where at least k+1 zeros begin.
  std::uint32_t run_begin = 8;
  std::uint32_t run_length = 0;
  if (std::uint32_t starts = zeros & zeros >> 1; starts != 0) {
    run_length = 2;
    for (std::uint32_t longer = starts & zeros >> 2; longer != 0; longer &= zeros >> run_length) {
      starts = longer;
      ++run_length;
    }
    run_begin = static_cast<std::uint32_t>(__builtin_ctz(starts));
  }

  // inet_ntop: "::a.b.c.d" for the deprecated IPv4-compatible form and "::ffff:a.b.c.d" for the IPv4-mapped one.
  const bool has_ipv4 = run_begin == 0 && (run_length == 6 || (run_length == 5 && groups[5] == 0xffff));
  const std::uint32_t group_count = has_ipv4 ? 6 : 8;
  for (std::uint32_t i = 0; i < group_count;) {
    if (i == run_begin) {
      *out++ = ':';
      *out++ = ':';
      i += run_length;
      continue;
    }
    if (i != 0 && i != run_begin + run_length) *out++ = ':';
    out = write_group(out, groups[i++]);
  }
  if (!has_ipv4) return out;
  if (run_length == 5) *out++ = ':';
  return write_ipv4(out, address + 12);
}

}  // namespace pktferry::encode
