// A publisher's end of one lane. Trusts nothing that it reads: docs/ring-format.md lists the checks.
//
// Invariants
//  R1  write_position is loaded once per look; a distance from the own position beyond lane_size is corruption.
//  R2  {size, kind} of a record is loaded once and bounded by kind, kMaxRecordSize, the room to the data area's end and
//      the distance, before a byte of it is followed.
//  R3  Only the private copy is looked at, and it must agree with what was bounded.
//  R4  Corruption is never skipped unseen: the reader goes to the writer's newest counts and tells how many ordinals
//      it passed over.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "shared/record/record_view.hpp"
#include "shared/ring/ring_layout.hpp"

namespace pktferry::ring {

// What one look at a lane gave.
struct ReadResult {
  enum class Status {
    kRecord,   // `record` is a whole, valid record in the reader's private memory, until the next read()
    kEmpty,    // nothing new
    kSkipped,  // `lost` records could not be read; the reader stands behind them
  };
  Status status;
  std::optional<record::RecordView> record;
  std::uint64_t lost = 0;  // ordinals passed over: with kSkipped, or before `record` where its ordinal shows a gap
};

// Thread rights: one thread. Needs read access to the lane only.
class LaneReader {
 public:
  // `control` and `data` must outlive the reader. Starts at `position`, expecting the record `ordinal` there; both may
  // come from a hostile peer: a position that cannot be is skipped like any corruption.
  // `committed_position`: only for a reader that does not hold the lane (--peek), whose bytes the writer may take back
  // at any time. With it the reader notices that it was overtaken, and skips.
  LaneReader(const LaneControl& control, const std::byte* data, std::uint64_t lane_size, std::uint64_t position,
             std::uint64_t ordinal, const std::atomic<std::uint64_t>* committed_position = nullptr) noexcept;

  // Never waits and never loops on what a writer wrote. Where not even the writer's counts make sense it gives kEmpty
  // and stays: capture replaces such a ring when it next attaches.
  [[nodiscard]] ReadResult read() noexcept;

  // Back to an earlier point, to read it again.
  void rewind(std::uint64_t position, std::uint64_t ordinal) noexcept;

  std::uint64_t position() const noexcept { return position_; }  // behind the last record read, padding included
  std::uint64_t ordinal() const noexcept { return ordinal_; }    // expected next

 private:
  bool copy_record(std::uint32_t size) noexcept;
  bool was_overtaken(std::uint64_t position) const noexcept;
  ReadResult skip_corruption() noexcept;

  const LaneControl& control_;
  const std::byte* const data_;
  const std::uint64_t lane_size_;
  const std::atomic<std::uint64_t>* const committed_position_;  // nullptr for the lane's owner
  std::uint64_t position_;
  std::uint64_t ordinal_;
  std::uint64_t known_write_position_ = 0;  // cached: the control block is asked only when it is reached
  alignas(64) std::byte copy_[record::kMaxRecordSize];
};

}  // namespace pktferry::ring
