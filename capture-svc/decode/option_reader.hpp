// The options of IPv4 (RFC 791 §3.1) and of TCP (RFC 9293 §3.1), which share one encoding: kind 0 ends the list, kind 1
// is a single byte, every other kind is followed by its length, kind and length included.
#pragma once

#include <cstdint>

#include "capture-svc/decode/byte_reader.hpp"

namespace pktferry::decode {

//   OptionReader options(bytes);
//   while (options.next()) use(options.kind(), options.data());
//   if (options.is_bad()) ...
class OptionReader {
 public:
  explicit OptionReader(ByteReader bytes) noexcept : rest_(bytes) {}

  // Steps to the next option; false at the end of the list, or where a length contradicts itself or the list's end.
  bool next() noexcept {
    if (rest_.empty()) return false;
    kind_ = rest_.u8(0);
    if (kind_ <= 1) {
      data_ = {};
      // Behind the end of the list there is padding only.
      rest_ = kind_ == 0 ? ByteReader() : rest_.behind(1);
      return true;
    }
    if (rest_.size() < 2 || rest_.u8(1) < 2 || rest_.u8(1) > rest_.size()) {
      bad_ = true;
      return false;
    }
    const std::uint32_t size = rest_.u8(1);
    data_ = rest_.first(size).behind(2);
    rest_ = rest_.behind(size);
    return true;
  }

  std::uint8_t kind() const noexcept { return kind_; }
  // Behind kind and length.
  ByteReader data() const noexcept { return data_; }
  bool is_bad() const noexcept { return bad_; }

 private:
  ByteReader rest_;
  ByteReader data_;
  std::uint8_t kind_ = 0;
  bool bad_ = false;
};

}  // namespace pktferry::decode
