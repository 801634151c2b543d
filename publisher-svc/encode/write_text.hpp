// The inside of a JSON string, from bytes that may be anything.
//
// Valid UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF) passes as it is. `"` and `\` get a
// backslash; control characters become \u00XX. A byte that is not part of valid UTF-8 becomes \u00XX too, XX being the
// byte: the same text as the Latin-1 character of that number.
#pragma once

#include <cstddef>
#include <string_view>

namespace pktferry::encode {

inline constexpr std::size_t kMaxEscapedByte = 6;  // no byte gives more

// Writes at most kMaxEscapedByte * text.size() bytes and returns their end. No quotes around it.
char* write_text(char* out, std::string_view text) noexcept;

}  // namespace pktferry::encode
