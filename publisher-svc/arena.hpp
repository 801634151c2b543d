// Fixed memory for the messages under way: bytes are handed out in order and freed in the same order.
//
// A message stays in here from its encoding to its delivery report; librdkafka sends it from here. Owned by main(),
// which lets it outlive the sink. Thread rights: the publish loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace pktferry::publisher {

// Invariants
//  A1  freed_ <= taken_ <= freed_ + size_: what is handed out and not freed never overlaps.
//  A2  A reservation is contiguous: where the rest of the memory is too small it is passed over, and freed with the
//      message behind it.
//  A3  An empty arena starts over at its first byte, so that a publisher with little to do touches few pages.
class Arena {
 public:
  explicit Arena(std::size_t size_bytes)
      : memory_(std::make_unique_for_overwrite<char[]>(size_bytes)), size_(size_bytes) {}

  // Room for `size_bytes`, or nullptr until more was freed. Reserving again without commit() gives the same room.
  [[nodiscard]] char* reserve(std::size_t size_bytes) noexcept {
    if (taken_ == freed_) taken_ = freed_ = (taken_ + size_ - 1) / size_ * size_;
    const std::uint64_t rest = size_ - taken_ % size_;
    reserved_ = rest < size_bytes ? taken_ + rest : taken_;
    if (reserved_ + size_bytes - freed_ > size_) return nullptr;
    return memory_.get() + reserved_ % size_;
  }

  // Keeps the first `size_bytes` of the room last reserved.
  void commit(std::size_t size_bytes) noexcept { taken_ = reserved_ + size_bytes; }

  // Everything handed out so far ends here: what release() takes to free it. Monotonic.
  std::uint64_t end() const noexcept { return taken_; }

  // Frees everything handed out below `end`.
  void release(std::uint64_t end) noexcept {
    if (end > freed_) freed_ = end;
  }

  std::size_t size_bytes() const noexcept { return size_; }
  std::size_t used_bytes() const noexcept { return static_cast<std::size_t>(taken_ - freed_); }

 private:
  const std::unique_ptr<char[]> memory_;
  const std::size_t size_;
  std::uint64_t freed_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t reserved_ = 0;
};

}  // namespace pktferry::publisher
