// A window on untrusted bytes: its length is checked once, then its fields are loaded freely.
//
// The manner of BoringSSL's CBS and smoltcp's wire views: no pointer arithmetic outside this file. A load beyond the
// window is a bug of the decoder, not of the packet: asserted in debug builds, where the tests run.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pktferry::decode {

// Lifetime: the bytes must outlive it. Offsets and sizes are bytes; loads are big-endian unless they say otherwise.
class ByteReader {
 public:
  constexpr ByteReader() noexcept = default;
  constexpr ByteReader(const std::byte* data, std::uint32_t size_bytes) noexcept : data_(data), size_(size_bytes) {}

  constexpr std::uint32_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr const std::byte* data() const noexcept { return data_; }

  constexpr std::uint8_t u8(std::uint32_t offset) const noexcept {
    assert(holds(offset, 1));
    return std::to_integer<std::uint8_t>(data_[offset]);
  }
  constexpr std::uint16_t be16(std::uint32_t offset) const noexcept {
    assert(holds(offset, 2));
    return static_cast<std::uint16_t>(byte(offset) << 8 | byte(offset + 1));
  }
  constexpr std::uint32_t be32(std::uint32_t offset) const noexcept {
    assert(holds(offset, 4));
    return byte(offset) << 24 | byte(offset + 1) << 16 | byte(offset + 2) << 8 | byte(offset + 3);
  }
  constexpr std::uint32_t le32(std::uint32_t offset) const noexcept {
    assert(holds(offset, 4));
    return byte(offset + 3) << 24 | byte(offset + 2) << 16 | byte(offset + 1) << 8 | byte(offset);
  }
  constexpr std::uint64_t be64(std::uint32_t offset) const noexcept {
    return std::uint64_t{be32(offset)} << 32 | be32(offset + 4);
  }

  template <std::size_t N>
  void copy(std::uint32_t offset, std::uint8_t (&to)[N]) const noexcept {
    assert(holds(offset, N));
    std::memcpy(to, data_ + offset, N);
  }
  void copy(std::uint32_t offset, std::uint32_t size_bytes, void* to) const noexcept {
    assert(holds(offset, size_bytes));
    if (size_bytes != 0) std::memcpy(to, data_ + offset, size_bytes);
  }

  // The first `size_bytes`, which must be there.
  constexpr ByteReader first(std::uint32_t size_bytes) const noexcept {
    assert(holds(0, size_bytes));
    return {data_, size_bytes};
  }
  // What lies behind the first `size_bytes`, which must be there.
  constexpr ByteReader behind(std::uint32_t size_bytes) const noexcept {
    assert(holds(0, size_bytes));
    return {data_ + size_bytes, size_ - size_bytes};
  }
  // Never overflows, whatever the numbers.
  constexpr bool holds(std::uint32_t offset, std::size_t size_bytes) const noexcept {
    return offset <= size_ && size_bytes <= size_ - offset;
  }

 private:
  constexpr std::uint32_t byte(std::uint32_t offset) const noexcept {
    return std::to_integer<std::uint32_t>(data_[offset]);
  }

  const std::byte* data_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace pktferry::decode
