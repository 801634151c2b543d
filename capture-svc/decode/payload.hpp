// What is left of a packet while its headers are taken off: the captured bytes, and how many there are on the wire.
//
// The two differ where the capture cut the packet. Keeping both is what tells a packet that was cut (kTruncated) from
// one that lies about its length (kMalformed).
#pragma once

#include <algorithm>
#include <cstdint>

#include "capture-svc/decode/byte_reader.hpp"
#include "capture-svc/decode/record_builder.hpp"
#include "shared/record/record.hpp"

namespace pktferry::decode {

// Invariant: bytes().size() <= length().
class Payload {
 public:
  // How much of its packet a payload is; decides what a length beyond it means.
  enum class Extent : std::uint8_t {
    kWhole,          // a header that claims more bytes than there are lies
    kFirstFragment,  // the rest is in other fragments: a length may well reach beyond
    kQuoted,         // quoted by an ICMP error, which cuts where it likes: being short is no fault at all
  };

  // Requires captured.size() <= length.
  Payload(ByteReader captured, std::uint32_t length) noexcept : bytes_(captured), length_(length) {}

  // Captured.
  ByteReader bytes() const noexcept { return bytes_; }
  // On the wire, by the headers so far; bytes.
  std::uint32_t length() const noexcept { return length_; }
  bool is_quoted() const noexcept { return extent_ == Extent::kQuoted; }

  // True where the first `size_bytes` are captured. Else flags why not: the capture cut them off, or the packet is too
  // short for what its headers claim.
  [[nodiscard]] bool require(std::uint32_t size_bytes, RecordBuilder& record) const noexcept {
    if (size_bytes <= bytes_.size()) [[likely]]
      return true;
    if (!is_quoted()) record.flag(size_bytes > length_ ? record::kMalformed : record::kTruncated);
    return false;
  }

  // A header says that its packet, this header included, is `length` bytes long: what lies behind is not ours. Claiming
  // more than there is gets flagged, and the bytes there are stay.
  void limit(std::uint32_t length, RecordBuilder& record) noexcept {
    if (extent_ != Extent::kWhole) {
      length_ = length;
    } else if (length <= length_) [[likely]] {
      length_ = length;
    } else {
      record.flag(record::kMalformed);
    }
    const std::uint32_t kept = std::min(bytes_.size(), length_);
    // The first length of all is the network packet's: what it leaves over is the link's trailer.
    if (!limited_) {
      trailer_size_ = bytes_.size() - kept;
      limited_ = true;
    }
    bytes_ = bytes_.first(kept);
  }

  // Takes off a header that require() has seen.
  void skip(std::uint32_t size_bytes) noexcept {
    bytes_ = bytes_.behind(size_bytes);
    length_ -= size_bytes;
  }
  void skip_all() noexcept { skip(bytes_.size()); }

  void set_first_fragment() noexcept {
    if (extent_ == Extent::kWhole) extent_ = Extent::kFirstFragment;
  }
  void set_quoted() noexcept { extent_ = Extent::kQuoted; }

  // Captured bytes behind the network packet: padding, FCS.
  std::uint32_t trailer_size() const noexcept { return trailer_size_; }

 private:
  ByteReader bytes_;
  std::uint32_t length_;
  std::uint32_t trailer_size_ = 0;
  Extent extent_ = Extent::kWhole;
  bool limited_ = false;
};

}  // namespace pktferry::decode
