// The writer's half of the lane protocol. docs/ring-format.md has the table of its stores and what a kill between any
// two of them leaves.
#include "shared/ring/ring_writer.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace pktferry::ring {
namespace {

struct Framing {
  std::uint32_t size;
  record::RecordKind kind;
};
static_assert(sizeof(Framing) == record::kRecordAlignment);  // padding fits wherever a record may start

[[noreturn]] void abort_on_bad_commit(std::uint32_t size) noexcept {
  std::fprintf(stderr, "pktferry: LaneWriter::commit(%u) without a reservation or with an impossible size\n", size);
  std::abort();
}

}  // namespace

LaneWriter::LaneWriter(LaneControl& control, const LaneCursor& cursor, std::byte* data, std::uint64_t lane_size,
                       std::atomic<std::uint64_t>& wild_cursors) noexcept
    : control_(control),
      cursor_(cursor),
      data_(data),
      lane_size_(lane_size),
      wild_cursors_(wild_cursors),
      // Nobody else writes the cell, so it always stands still and load() always finds a value.
      counts_(control.counts.load().value_or(LaneCounts{})),
      published_position_(counts_.position),
      // The most that W1 could have let the last writer do: nothing is free until a cursor says so.
      committed_position_(published_position_ > lane_size ? published_position_ - lane_size : 0) {
  // Release, partner: LaneReader's acquire. Upholds W2: the last writer stored the counts, and with them every byte
  // below counts_.position, but was killed before it could say so.
  if (control_.write_position.load(std::memory_order_relaxed) != published_position_) {
    control_.write_position.store(published_position_, std::memory_order_release);
  }
  ask_cursor();
}

std::byte* LaneWriter::reserve() noexcept {
  const std::uint64_t offset = counts_.position & (lane_size_ - 1);
  const std::uint64_t rest = lane_size_ - offset;
  const std::uint64_t padding = rest < record::kMaxRecordSize ? rest : 0;
  if (!has_room(padding + record::kMaxRecordSize)) {
    publish();
    reserved_position_.reset();
    return nullptr;
  }
  if (padding != 0) {
    const Framing framing{static_cast<std::uint32_t>(padding), record::RecordKind::kPadding};
    std::memcpy(data_ + offset, &framing, sizeof framing);
  }
  reserved_position_ = counts_.position + padding;
  return data_ + (*reserved_position_ & (lane_size_ - 1));
}

void LaneWriter::commit(std::uint32_t size) noexcept {
  if (!reserved_position_ || size < sizeof(record::RecordHeader) || size > record::kMaxRecordSize ||
      size % record::kRecordAlignment != 0) {
    abort_on_bad_commit(size);
  }
  void* const room = data_ + (*reserved_position_ & (lane_size_ - 1));
  auto& header = *static_cast<record::RecordHeader*>(room);
  header.size = size;
  header.kind = record::RecordKind::kPacket;
  header.sequence = counts_.sequence++;
  header.ordinal = counts_.ordinal++;
  counts_.position = *reserved_position_ + size;
  reserved_position_.reset();
  if (++unpublished_ == kBurst) publish();
}

void LaneWriter::drop_full() noexcept {
  publish();
  ++counts_.sequence;
  ++counts_.full;
  control_.counts.store(counts_);
}

void LaneWriter::publish() noexcept {
  if (unpublished_ == 0) return;
  control_.counts.store(counts_);
  // Release, partner: LaneReader's acquire. Publishes every byte below counts_.position, and after the counts (W2).
  control_.write_position.store(counts_.position, std::memory_order_release);
  published_position_ = counts_.position;
  unpublished_ = 0;
}

std::uint64_t LaneWriter::undrained() noexcept {
  ask_cursor();
  return counts_.position - committed_position_;
}

bool LaneWriter::has_room(std::uint64_t bytes) noexcept {
  if (counts_.position + bytes - committed_position_ <= lane_size_) return true;
  ask_cursor();
  return counts_.position + bytes - committed_position_ <= lane_size_;
}

void LaneWriter::ask_cursor() noexcept {
  // Acquire, partner: PublisherRing::commit's release. Upholds W1: the owner's reads of the bytes below are over before
  // they are written again.
  const std::uint64_t position = cursor_.committed_position.load(std::memory_order_acquire);
  // Unsigned on purpose: a position that went backwards becomes a huge step, and both bounds are one comparison.
  const bool is_plausible = position - committed_position_ <= published_position_ - committed_position_ &&
                            position % record::kRecordAlignment == 0;
  if (is_plausible) {
    committed_position_ = position;
  } else if (position != wild_position_) {
    wild_position_ = position;
    // Relaxed: a count that nothing follows from; fetch_add because the lanes of several workers share it.
    wild_cursors_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace pktferry::ring
