// How many messages may be under way: all there is room for, unless the broker has just refused a batch.
//
// Brokers reject whole batches for one bad record. Narrowing the window finds that record in about log2(batch) rounds
// and without blame for the others. Thread rights: the publish loop's thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace pktferry::publisher {

// Invariants
//  S1  A refusal at least halves the window, down to 1: a record refused at 1 was alone, and only it is given up.
//  S2  The window doubles after kWindowsToGrow windows were delivered without a refusal: the halving comes to its end
//      before the next growth, and a topic whose limit is below a batch's size is not tried with the same batch at
//      once.
//  S3  Failures that say nothing about the record (kHeld) leave the window alone.
class SendWindow {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
  static constexpr std::uint64_t kWindowsToGrow = 4;

  explicit SendWindow(std::size_t widest) : widest_(widest) {}

  bool allows(std::size_t under_way) const noexcept { return under_way < size_; }
  // A record sent now would be alone, and so would be to blame for a refusal.
  bool isolates() const noexcept { return size_ == 1; }

  void delivered() noexcept {
    if (size_ == kUnlimited || ++delivered_ < size_ * kWindowsToGrow) return;
    size_ = size_ * 2 < widest_ ? size_ * 2 : kUnlimited;
    delivered_ = 0;
  }

  // `count` messages were refused together, more than one: the bad one is among them.
  void refused(std::size_t count) noexcept {
    size_ = std::max<std::size_t>(1, std::min({size_, count, widest_}) / 2);
    delivered_ = 0;
  }

 private:
  const std::size_t widest_;
  std::size_t size_ = kUnlimited;
  std::uint64_t delivered_ = 0;  // since the size last changed
};

}  // namespace pktferry::publisher
