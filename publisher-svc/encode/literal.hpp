// Names as template arguments, and keys of JSON joined from them before the program runs.
//
// A key is copied in whole 16-byte words: the copy writes up to 15 bytes behind the key, which the value then
// overwrites. Whoever writes keys therefore needs kLiteralSlack bytes of room behind the last one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace pktferry::encode {

// A string literal that may be a template argument.
template <std::size_t N>
struct Literal {
  char text[N]{};
  // Implicit on purpose: field<"ip_ip_ttl", ...> shall read so.
  consteval Literal(const char (&from)[N]) { std::copy_n(from, N, text); }  // NOLINT(google-explicit-constructor)
  static constexpr std::size_t size() { return N - 1; }
  constexpr std::string_view view() const { return {text, size()}; }
};

inline constexpr std::size_t kLiteralSlack = 16;

// `Prefix` + `Name` + `Suffix`, padded to whole words.
template <Literal Prefix, Literal Name, Literal Suffix>
struct JoinedLiteral {
  static constexpr std::size_t kSize = Prefix.size() + Name.size() + Suffix.size();
  static constexpr std::size_t kPaddedSize = (kSize + kLiteralSlack - 1) / kLiteralSlack * kLiteralSlack;

  struct Text {
    char bytes[kPaddedSize]{};
    consteval Text() {
      char* at = std::copy_n(Prefix.text, Prefix.size(), bytes);
      at = std::copy_n(Name.text, Name.size(), at);
      std::copy_n(Suffix.text, Suffix.size(), at);
    }
  };
  // Static: as a local it would be built anew on the stack at every use (2.7 times slower as a whole).
  static constexpr Text kText{};

  [[gnu::always_inline]] static inline char* put(char* out) noexcept {
    std::memcpy(out, kText.bytes, kPaddedSize);
    return out + kSize;
  }
};

template <Literal Text>
[[gnu::always_inline]] inline char* put_literal(char* out) noexcept {
  return JoinedLiteral<"", Text, "">::put(out);
}

}  // namespace pktferry::encode
