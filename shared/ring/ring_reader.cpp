// The reader's half of the lane protocol. Every number of the lane is loaded once, bounded, and only then used.
#include "shared/ring/ring_reader.hpp"

#include <bit>
#include <cstring>

namespace pktferry::ring {
namespace {

using record::kMaxRecordSize;
using record::kRecordAlignment;
using record::RecordHeader;
using record::RecordKind;

// `at` is aligned to 8 bytes. Relaxed: what it reads was published by write_position, whose acquire came before; atomic
// only so that a hostile writer cannot make the compiler load it twice.
std::uint64_t load_word(const std::byte* at, int order = __ATOMIC_RELAXED) noexcept {
  return __atomic_load_n(static_cast<const std::uint64_t*>(static_cast<const void*>(at)), order);
}

struct Framing {
  std::uint32_t size;
  RecordKind kind;
};
Framing framing_of(std::uint64_t word) noexcept {
  return std::bit_cast<Framing>(word);
}

// How far ahead of write_position the writer's own bytes may reach: a burst with padding in it (ring_writer.hpp, W4);
// twice, because a stale write_position may be seen beside newer bytes where stores are not kept in order.
constexpr std::uint64_t kInvisibleBytes = 2 * (kBurst + 1) * std::uint64_t{kMaxRecordSize};
static_assert(kInvisibleBytes < kMinLaneSize);

}  // namespace

LaneReader::LaneReader(const LaneControl& control, const std::byte* data, std::uint64_t lane_size,
                       std::uint64_t position, std::uint64_t ordinal,
                       const std::atomic<std::uint64_t>* committed_position) noexcept
    : control_(control),
      data_(data),
      lane_size_(lane_size),
      committed_position_(committed_position),
      position_(position),
      ordinal_(ordinal) {}

ReadResult LaneReader::read() noexcept {
  if (known_write_position_ <= position_) {
    // Acquire, partner: LaneWriter::publish's release. Upholds R1: every byte below it is whole.
    known_write_position_ = control_.write_position.load(std::memory_order_acquire);
    if (known_write_position_ == position_) return {ReadResult::Status::kEmpty, std::nullopt};
  }
  std::uint64_t distance = known_write_position_ - position_;  // huge where the writer is behind us
  if (distance > lane_size_ || distance < kRecordAlignment || position_ % kRecordAlignment != 0) {
    return skip_corruption();
  }

  std::uint64_t offset = position_ & (lane_size_ - 1);
  std::uint64_t word = load_word(data_ + offset);
  if (framing_of(word).kind == RecordKind::kPadding) {
    const std::uint64_t padding = framing_of(word).size;
    // Padding is published with the record behind it, so something must follow.
    if (padding != lane_size_ - offset || padding >= kMaxRecordSize || padding + sizeof(RecordHeader) > distance) {
      return skip_corruption();
    }
    position_ += padding;
    distance -= padding;
    offset = 0;
    word = load_word(data_);
  }

  const auto [size, kind] = framing_of(word);
  if (kind != RecordKind::kPacket || size < sizeof(RecordHeader) || size > kMaxRecordSize ||
      size % kRecordAlignment != 0 || size > lane_size_ - offset || size > distance) {
    return skip_corruption();
  }
  if (!copy_record(size)) return skip_corruption();
  // parse() also requires the copy's own size and kind to be those that were bounded here (R3).
  const auto record = record::RecordView::parse({copy_, size});
  if (!record) return skip_corruption();

  const std::uint64_t ordinal = record->header().ordinal;
  std::uint64_t lost = 0;
  if (ordinal != ordinal_) [[unlikely]] {
    // A gap is believed only inside what the writer says it has written (W2: a visible record is in the counts).
    const auto counts = control_.counts.load();
    if (!counts || ordinal < ordinal_ || ordinal >= counts->ordinal) return skip_corruption();
    lost = ordinal - ordinal_;
  }
  position_ += size;
  ordinal_ = ordinal + 1;
  // *record, not record: copying the optional as a whole stalls on the two stores that just made it.
  return {ReadResult::Status::kRecord, *record, lost};
}

void LaneReader::rewind(std::uint64_t position, std::uint64_t ordinal) noexcept {
  position_ = position;
  ordinal_ = ordinal;
  known_write_position_ = 0;
}

bool LaneReader::copy_record(std::uint32_t size) noexcept {
  const std::byte* const source = data_ + (position_ & (lane_size_ - 1));
  if (committed_position_ == nullptr) {
    std::memcpy(copy_, source, size);  // nobody writes here: W1 holds the writer back until we commit
    return true;
  }
  for (std::uint32_t i = 0; i < size; i += sizeof(std::uint64_t)) {
    // Acquire, no partner: keeps was_overtaken()'s loads behind the bytes that they vouch for.
    const std::uint64_t word = load_word(source + i, __ATOMIC_ACQUIRE);
    std::memcpy(copy_ + i, &word, sizeof word);
  }
  return !was_overtaken(position_);
}

bool LaneReader::was_overtaken(std::uint64_t position) const noexcept {
  // Acquire, partner: PublisherRing::commit's release. The writer takes nothing back that is not below it (W1).
  if (committed_position_->load(std::memory_order_acquire) <= position) return false;
  // Relaxed: an estimate of how far the writer came, with a margin.
  return control_.write_position.load(std::memory_order_relaxed) + kInvisibleBytes - position > lane_size_;
}

// R4.
ReadResult LaneReader::skip_corruption() noexcept {
  // Acquire, partner: LaneWriter::publish's release. Loaded before the counts, which then are not behind it (W2).
  const std::uint64_t write_position = control_.write_position.load(std::memory_order_acquire);
  const auto counts = control_.counts.load();
  const bool is_plausible =
      counts && counts->position - write_position <= lane_size_ && counts->position % kRecordAlignment == 0;
  // Standing there already: the writer has stored its counts and not yet its position.
  const bool is_there = is_plausible && counts->position == position_ && counts->ordinal == ordinal_;
  if (!is_plausible || is_there) return {ReadResult::Status::kEmpty, std::nullopt};

  const std::uint64_t lost = counts->ordinal > ordinal_ ? counts->ordinal - ordinal_ : 0;
  position_ = counts->position;
  ordinal_ = counts->ordinal;
  known_write_position_ = 0;
  return {ReadResult::Status::kSkipped, std::nullopt, lost};
}

}  // namespace pktferry::ring
