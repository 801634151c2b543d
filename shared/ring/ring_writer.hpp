// Capture's end of one lane. Works on any memory that has the layout of ring_layout.hpp, so that tests can poke it.
//
// Invariants
//  W1  Bytes in [committed, write_position) are never written: a publisher may be reading them.
//  W2  counts is stored before write_position: a record that anyone can see is in the counts (kill between the two:
//      attach moves write_position forward to counts.position).
//  W3  A reservation never wraps: where the rest of the data area is too small, padding fills it and is published
//      together with the next record.
//  W4  Between publish() calls at most kBurst records are written and invisible.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "shared/record/record.hpp"
#include "shared/ring/ring_layout.hpp"

namespace pktferry::ring {

// Thread rights: one thread of one process per lane, for the whole life of the object.
class LaneWriter {
 public:
  // `control`, `cursor`, `data` (lane_size bytes) and `wild_cursors` must outlive the writer. Takes up where the last
  // writer was killed or stopped: W2's repair is done here.
  LaneWriter(LaneControl& control, const LaneCursor& cursor, std::byte* data, std::uint64_t lane_size,
             std::atomic<std::uint64_t>& wild_cursors) noexcept;

  // Room for the largest record (record::kMaxRecordSize contiguous bytes, aligned to record::kRecordAlignment), or
  // nullptr where the lane is full. Reserving again without commit() gives the same room: that is how a record is
  // abandoned. Before it says nullptr it publishes what it holds back.
  [[nodiscard]] std::byte* reserve() noexcept;

  // Turns the reserved room into a record: the caller has filled everything but size, kind, sequence and ordinal, which
  // are set here. `size` is the record's length in bytes, a multiple of record::kRecordAlignment, at least
  // sizeof(RecordHeader), at most kMaxRecordSize. Publishes every kBurst records.
  // Without a reservation, or with another size, it aborts: going on would tear the lane.
  void commit(std::uint32_t size) noexcept;

  // Counts a packet of this lane that was dropped because reserve() gave nullptr; it takes a sequence number. Publishes
  // first, and then the new counts, so that a kill leaves numbers that belong together.
  void drop_full() noexcept;

  // Makes everything committed visible. Called before waiting, dropping and idling. Cheap when there is nothing.
  void publish() noexcept;

  // What this lane has done since the ring was made, unpublished records included.
  const LaneCounts& counts() const noexcept { return counts_; }
  // Bytes that publishers have not committed yet. Asks the cursor.
  std::uint64_t undrained() noexcept;

 private:
  bool has_room(std::uint64_t bytes) noexcept;
  void ask_cursor() noexcept;

  LaneControl& control_;
  const LaneCursor& cursor_;
  std::byte* const data_;
  const std::uint64_t lane_size_;
  std::atomic<std::uint64_t>& wild_cursors_;
  LaneCounts counts_;                 // what the next publish() stores
  std::uint64_t published_position_;  // == control_.write_position
  std::uint64_t committed_position_;  // the newest plausible one seen: monotonic, never past published_position_
  std::optional<std::uint64_t> reserved_position_;  // where the next record starts, padding included
  std::uint32_t unpublished_ = 0;                   // records
  std::optional<std::uint64_t> wild_position_;      // the last cursor that was refused, so that it is counted once
};

}  // namespace pktferry::ring
