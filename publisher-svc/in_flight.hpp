// The one queue of everything that was read and is not committed yet, in the order it was read.
//
// Lanes share it: a lane's records keep their order, and popping the finished head moves exactly one cursor. Its
// entries never move, so an entry's address is the token that its delivery report brings back.
// Thread rights: the publish loop's thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/ring/ring_layout.hpp"

namespace pktferry::publisher {

struct OwnedLane;

struct InFlightEntry {
  enum class State : std::uint8_t {
    kSent,       // a report will come
    kDelivered,  // acknowledged
    kFailed,     // given up for `reason`
    kSkipped,    // no record: `lost` ordinals could not be read
  };

  OwnedLane* lane;
  std::uint64_t position;    // behind the record: where the lane's cursor goes
  std::uint64_t ordinal;     // of the record behind it
  std::uint64_t lost;        // ordinals that could not be read, directly before the record
  std::uint64_t read_at_ns;  // CLOCK_MONOTONIC, when capture read the packet
  std::uint64_t arena_end;   // Arena::release() of it frees the message
  std::uint32_t size_bytes;  // of the message
  State state;
  bool is_alone;            // nothing else was under way while it was
  ring::FailReason reason;  // with kFailed
};

class InFlight {
 public:
  // `capacity`: entries, rounded up to a power of two.
  explicit InFlight(std::size_t capacity) : entries_(std::bit_ceil(capacity)) {}

  bool is_empty() const noexcept { return head_ == tail_; }
  bool is_full() const noexcept { return tail_ - head_ == entries_.size(); }
  std::size_t size() const noexcept { return static_cast<std::size_t>(tail_ - head_); }
  std::size_t capacity() const noexcept { return entries_.size(); }

  // The entry that push() will append; not while full.
  InFlightEntry& next() noexcept { return entries_[tail_ & (entries_.size() - 1)]; }
  void push() noexcept { ++tail_; }

  // The oldest; not while empty.
  InFlightEntry& front() noexcept { return entries_[head_ & (entries_.size() - 1)]; }
  void pop() noexcept { ++head_; }

  // Everything popped since the start: how far the queue has come.
  std::uint64_t popped() const noexcept { return head_; }

  // Forgets everything. Only where no report is owed any more.
  void clear() noexcept { tail_ = head_; }

 private:
  std::vector<InFlightEntry> entries_;
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace pktferry::publisher
