// How a value becomes JSON. A kind has a type for the documents (`kType`), the character around its text (`kQuoted`), a
// bound on its bytes (`max_size`, quotes included), and write(), which returns the end and may touch kLiteralSlack
// bytes behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "publisher-svc/encode/literal.hpp"
#include "publisher-svc/encode/write_address.hpp"
#include "publisher-svc/encode/write_number.hpp"
#include "publisher-svc/encode/write_text.hpp"

namespace pktferry::encode {

enum class FieldType {
  kNumber,
  kBoolean,  // a number too: 0 or 1
  kMac,
  kIpv4,
  kIpv6,
  kHex,
  kText,
  kTime,
  kNumbers,  // array of numbers
  kObjects,  // array of objects with a list of their own
  kLayers,   // object of layers
};

// The getter gives std::uint8_t, 16, 32 or 64.
struct Number {
  static constexpr FieldType kType = FieldType::kNumber;
  static constexpr bool kQuoted = false;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return kMaxDigits<Value>;
  }
  template <typename Value>
  [[gnu::always_inline]] static inline char* write(char* out, Value value) noexcept {
    return write_number(out, value);
  }
};

// The getter gives an integer of which 0 is false and all else true.
struct Boolean {
  static constexpr FieldType kType = FieldType::kBoolean;
  static constexpr bool kQuoted = false;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return 1;
  }
  template <typename Value>
  [[gnu::always_inline]] static inline char* write(char* out, Value value) noexcept {
    *out = static_cast<char>('0' + (value != 0));
    return out + 1;
  }
};

struct Mac {
  static constexpr FieldType kType = FieldType::kMac;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return kMacText + 2;
  }
  [[gnu::always_inline]] static inline char* write(char* out, const std::uint8_t (&address)[6]) noexcept {
    return write_mac(out, address);
  }
};

// The getter gives a pointer to, or an array of, the 4 bytes in network order.
struct Ipv4Address {
  static constexpr FieldType kType = FieldType::kIpv4;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return kMaxIpv4Text + 2;
  }
  [[gnu::always_inline]] static inline char* write(char* out, const std::uint8_t* address) noexcept {
    return write_ipv4(out, address);
  }
};

// The getter gives a pointer to, or an array of, the 16 bytes in network order.
struct Ipv6Address {
  static constexpr FieldType kType = FieldType::kIpv6;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return kMaxIpv6Text + 2;
  }
  static char* write(char* out, const std::uint8_t* address) noexcept { return write_ipv6(out, address); }
};

// The getter gives a span of at most `MaxBytes` bytes.
template <std::size_t MaxBytes>
struct Hex {
  static constexpr FieldType kType = FieldType::kHex;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return 3 * MaxBytes + 2;
  }
  static char* write(char* out, std::span<const std::uint8_t> bytes) noexcept {
    return write_hex(out, bytes.first(bytes.size() < MaxBytes ? bytes.size() : MaxBytes));
  }
};

// Text of any bytes, at most `MaxBytes` of them; what is longer is cut.
template <std::size_t MaxBytes>
struct Text {
  static constexpr FieldType kType = FieldType::kText;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return kMaxEscapedByte * MaxBytes + 2;
  }
  static char* write(char* out, std::string_view text) noexcept { return write_text(out, text.substr(0, MaxBytes)); }
};

// Text of any bytes that lies in the record itself: message_bound.hpp counts its bytes with the record's.
struct RecordText {
  static constexpr FieldType kType = FieldType::kText;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return 2;
  }
  static char* write(char* out, std::string_view text) noexcept { return write_text(out, text); }
};

// Text that is JSON already and may be read up to the next multiple of kLiteralSlack behind its end.
template <std::size_t MaxBytes>
struct PaddedText {
  static constexpr FieldType kType = FieldType::kText;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return MaxBytes + 2;
  }
  [[gnu::always_inline]] static inline char* write(char* out, std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size(); at += kLiteralSlack) {
      std::memcpy(out + at, text.data() + at, kLiteralSlack);
    }
    return out + text.size();
  }
};

// An absolute time as digits, in the unit of --timestamp-unit. The getter gives text as for PaddedText.
struct Time : PaddedText<20> {
  static constexpr FieldType kType = FieldType::kTime;
};

// Text of at most `MaxBytes` that needs no escape. The getter gives something that writes it: char*(char* out).
template <std::size_t MaxBytes>
struct WrittenText {
  static constexpr FieldType kType = FieldType::kText;
  static constexpr bool kQuoted = true;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return MaxBytes + 2;
  }
  [[gnu::always_inline]] static inline char* write(char* out, const auto& writer) noexcept { return writer(out); }
};

// The getter gives something with size(), at most `MaxCount`, and an operator[] that gives an unsigned integer.
template <std::size_t MaxCount>
struct Numbers {
  static constexpr FieldType kType = FieldType::kNumbers;
  static constexpr bool kQuoted = false;
  template <typename Values>
  using Element = std::remove_cvref_t<decltype(std::declval<const Values&>()[0])>;
  template <typename Values>
  static constexpr std::size_t max_size() {
    return 2 + MaxCount * (kMaxDigits<Element<Values>> + 1);
  }
  template <typename Values>
  static char* write(char* out, const Values& values) noexcept {
    char* const begin = out;
    *out++ = '[';
    for (std::size_t i = 0; i < values.size() && i < MaxCount; ++i) {
      out = write_number(out, values[i]);
      *out++ = ',';
    }
    if (out - begin > 1) --out;
    *out++ = ']';
    return out;
  }
};

// An array of objects, each written by the list `ElementLayer`. The getter gives a range of that list's Source.
// At most MaxCount of them; their bytes are counted with the record's (message_bound.hpp). write_fields.hpp writes it.
template <const auto& ElementLayer>
struct Objects {
  static constexpr FieldType kType = FieldType::kObjects;
  static constexpr bool kQuoted = false;
  static constexpr const auto& kLayer = ElementLayer;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return 2;
  }
};

// The layers of the packet that an ICMP error quotes. The encoder writes it.
struct QuotedLayers {
  static constexpr FieldType kType = FieldType::kLayers;
  static constexpr bool kQuoted = false;
  template <typename Value>
  static constexpr std::size_t max_size() {
    return 2;
  }
};

}  // namespace pktferry::encode
