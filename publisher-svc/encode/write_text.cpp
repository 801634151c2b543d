// Escaping: one table look-up for ordinary ASCII, the rest apart.
#include "publisher-svc/encode/write_text.hpp"

#include <cstdint>
#include <cstring>

#include "publisher-svc/encode/write_address.hpp"

namespace pktferry::encode {
namespace {

// Bytes that stand for themselves: ASCII but control characters, `"` and `\`.
struct PlainTable {
  bool is_plain[256]{};
  consteval PlainTable() {
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) is_plain[byte] = byte != '"' && byte != '\\';
  }
};
constexpr PlainTable kPlain;

// Whether all eight bytes stand for themselves. Bytes are compared side by side in one word: a byte's high bit of
// (x - 0x20) is set where it is below 0x20, of (x ^ c) - 1 where it is c; bytes from 0x7f up have theirs in x + 1 or x.
// A borrow or carry out of a neighbour can only come from a byte that is not plain itself.
bool are_plain(const char* text) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  const std::uint64_t high_bits =
      word | (word + kOnes) | (word - kOnes * 0x20) | ((word ^ kOnes * '"') - kOnes) | ((word ^ kOnes * '\\') - kOnes);
  return (high_bits & kOnes << 7) == 0;
}

char* write_escaped(char* out, std::uint8_t byte) noexcept {
  std::memcpy(out, "\\u00", 4);
  return write_hex_byte(out + 4, byte);
}

// Bytes of the valid UTF-8 sequence of two to four bytes that `text` starts with, or 0.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto continues = [&](std::size_t from, std::size_t to) {
    if (text.size() < to) return false;
    for (std::size_t i = from; i < to; ++i) {
      if ((byte(i) & 0xc0) != 0x80) return false;
    }
    return true;
  };
  const std::uint8_t lead = byte(0);
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1, 2) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1, 3)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;   // overlong
    if (lead == 0xed && byte(1) >= 0xa0) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1, 4)) return 0;
    if (lead == 0xf0 && byte(1) < 0x90) return 0;   // overlong
    if (lead == 0xf4 && byte(1) >= 0x90) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

char* write_text(char* out, std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8 && are_plain(text.data() + at)) {
      std::memcpy(out, text.data() + at, 8);
      out += 8;
      at += 8;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(text[at]);
    if (kPlain.is_plain[byte]) {
      *out++ = text[at++];
    } else if (byte == '"' || byte == '\\') {
      *out++ = '\\';
      *out++ = text[at++];
    } else if (const std::size_t length = byte < 0x80 ? 0 : sequence_length(text.substr(at)); length != 0) {
      std::memcpy(out, text.data() + at, length);
      out += length;
      at += length;
    } else {
      out = write_escaped(out, byte);
      ++at;
    }
  }
  return out;
}

}  // namespace pktferry::encode
