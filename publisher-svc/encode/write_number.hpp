// Decimal numbers by lookup table, three digits a step. The bytes are the same as std::to_chars gives; a test says so.
//
// The writers may write up to 4 bytes behind the number (kNumberSlack), which the caller then overwrites.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace pktferry::encode {

inline constexpr std::size_t kNumberSlack = 4;

template <std::unsigned_integral T>
inline constexpr std::size_t kMaxDigits = static_cast<std::size_t>(std::numeric_limits<T>::digits10) + 1;

// 0..999 in three forms, four bytes each: up to three digits, and behind them how many there are.
struct DigitTable {
  enum Form : std::uint32_t {
    kLeading = 0,  // "7", and nothing for 0: the groups before may end here
    kPlain = 1,    // "7", and "0" for 0
    kPadded = 2,   // "007"
  };
  char entries[3 * 1000 * 4]{};
  consteval DigitTable() {
    for (std::size_t value = 0; value < 1000; ++value) {
      const char digits[3] = {static_cast<char>('0' + value / 100), static_cast<char>('0' + value / 10 % 10),
                              static_cast<char>('0' + value % 10)};
      const std::size_t length = value >= 100 ? 3 : value >= 10 ? 2 : 1;
      set(kLeading, value, digits, value == 0 ? 0 : length);
      set(kPlain, value, digits, length);
      set(kPadded, value, digits, 3);
    }
  }

 private:
  consteval void set(Form form, std::size_t value, const char (&digits)[3], std::size_t length) {
    char* entry = entries + (form * 1000 + value) * 4;
    for (std::size_t i = 0; i < length; ++i) entry[i] = digits[3 - length + i];
    entry[3] = static_cast<char>(length);
  }
};
inline constexpr DigitTable kDigitTable;

// `group` < 1000.
[[gnu::always_inline]] inline char* write_group_of_three(char* out, std::uint32_t form, std::uint32_t group) noexcept {
  const char* entry = kDigitTable.entries + (form * 1000 + group) * 4;
  std::memcpy(out, entry, 4);
  return out + entry[3];
}

// The form of a group behind one that was `before`, with no branch: lengths of numbers are hard to predict.
[[gnu::always_inline]] inline std::uint32_t form_behind(std::uint32_t before) noexcept {
  return DigitTable::kPlain + std::uint32_t{before != 0};
}

// `value` < 10^6.
[[gnu::always_inline]] inline char* write_below_million(char* out, std::uint32_t value) noexcept {
  const std::uint32_t thousands = value / 1000;
  out = write_group_of_three(out, DigitTable::kLeading, thousands);
  return write_group_of_three(out, form_behind(thousands), value % 1000);
}

[[gnu::always_inline]] inline char* write_number(char* out, std::uint8_t value) noexcept {
  return write_group_of_three(out, DigitTable::kPlain, value);
}

[[gnu::always_inline]] inline char* write_number(char* out, std::uint16_t value) noexcept {
  return write_below_million(out, value);
}

inline char* write_number(char* out, std::uint32_t value) noexcept {
  if (value < 1'000'000) return write_below_million(out, value);
  const std::uint32_t millions = value / 1'000'000;
  const std::uint32_t rest = value % 1'000'000;
  const std::uint32_t billions = millions / 1000;
  out = write_group_of_three(out, DigitTable::kLeading, billions);
  out = write_group_of_three(out, form_behind(billions), millions % 1000);
  out = write_group_of_three(out, DigitTable::kPadded, rest / 1000);
  return write_group_of_three(out, DigitTable::kPadded, rest % 1000);
}

// Exactly nine digits. `value` < 10^9.
inline char* write_nine_digits(char* out, std::uint32_t value) noexcept {
  out = write_group_of_three(out, DigitTable::kPadded, value / 1'000'000);
  out = write_group_of_three(out, DigitTable::kPadded, value / 1000 % 1000);
  return write_group_of_three(out, DigitTable::kPadded, value % 1000);
}

inline char* write_number(char* out, std::uint64_t value) noexcept {
  constexpr std::uint64_t kBillion = 1'000'000'000;
  if (value <= std::numeric_limits<std::uint32_t>::max()) return write_number(out, static_cast<std::uint32_t>(value));
  const std::uint64_t billions = value / kBillion;
  if (billions < kBillion) {
    out = write_number(out, static_cast<std::uint32_t>(billions));
  } else {
    out = write_number(out, static_cast<std::uint32_t>(billions / kBillion));
    out = write_nine_digits(out, static_cast<std::uint32_t>(billions % kBillion));
  }
  return write_nine_digits(out, static_cast<std::uint32_t>(value % kBillion));
}

}  // namespace pktferry::encode
