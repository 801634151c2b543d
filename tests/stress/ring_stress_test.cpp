// A lane under load: writer and reader on two cores.
#include <atomic>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/shared/ring/memory_lane.hpp"

namespace pktferry::ring {
namespace {

using Status = ReadResult::Status;

#if defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kRecords = 200'000;
#else
constexpr std::uint64_t kRecords = 1'000'000;
#endif

constexpr std::uint32_t kLargest = 512;  // about 3,400 records fill the lane, so a million wraps it 290 times

// Writes `count` records; waits where the lane is full or drops and tries the next one. Publishes early now and then.
void write_all(LaneWriter& writer, std::uint64_t count, bool drops_when_full) {
  std::mt19937_64 random(1);
  while (writer.counts().ordinal < count) {
    std::byte* const room = writer.reserve();
    if (room == nullptr) {
      if (drops_when_full) writer.drop_full();
      std::this_thread::yield();
      continue;
    }
    const std::uint64_t ordinal = writer.counts().ordinal;
    const std::uint32_t size = testing::varied_size(ordinal, kLargest);
    testing::fill_record(room, size, ordinal);
    writer.commit(size);
    if (random() % 64 == 0) writer.publish();
  }
  writer.publish();
}

struct Seen {
  std::uint64_t records = 0;
  std::uint64_t torn = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t lost = 0;
  std::uint64_t skipped = 0;
  std::uint64_t sequence_gaps = 0;
};

// Reads up to `count` records, commits every so often and sometimes goes back to what it has committed, as a publisher
// does after a failed delivery, or starts anew there, as the next publisher does.
Seen read_all(MemoryLane& lane, std::uint64_t count) {
  std::mt19937_64 random(2);
  Seen seen;
  std::optional<LaneReader> reader;
  reader.emplace(lane.control, lane.data->bytes, kTestLaneSize, 0, 0);
  std::uint64_t committed_position = 0;
  std::uint64_t committed_ordinal = 0;
  std::uint64_t highest = 0;  // ordinals below it were seen once
  std::uint64_t next_sequence = 0;
  while (highest < count) {
    const std::uint64_t expected = reader->ordinal();
    const ReadResult result = reader->read();
    seen.lost += result.lost;
    if (result.status == Status::kSkipped) ++seen.skipped;
    if (result.status == Status::kEmpty) std::this_thread::yield();
    if (result.status != Status::kRecord) continue;
    const record::RecordHeader& header = result.record->header();
    if (!testing::is_intact(*result.record) || header.frame_number != header.ordinal) ++seen.torn;
    if (header.ordinal != expected) ++seen.out_of_order;
    if (header.ordinal >= highest) {
      highest = header.ordinal + 1;
      seen.sequence_gaps += header.sequence - next_sequence;
      next_sequence = header.sequence + 1;
      ++seen.records;
    }
    const std::uint64_t dice = random() % 1024;
    if (dice < 128) {
      committed_position = reader->position();
      committed_ordinal = reader->ordinal();
      lane.commit(committed_position);
    } else if (dice == 128) {
      reader->rewind(committed_position, committed_ordinal);
    } else if (dice == 129) {
      reader.emplace(lane.control, lane.data->bytes, kTestLaneSize, committed_position, committed_ordinal);
    }
  }
  lane.commit(reader->position());
  return seen;
}

TEST(RingStress, ReaderSeesEveryRecordWholeAndInOrderWhileTheWriterWaits) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  std::thread writing([&] { write_all(writer, kRecords, false); });
  const Seen seen = read_all(lane, kRecords);
  writing.join();
  EXPECT_EQ(seen.records, kRecords);
  EXPECT_EQ(seen.torn, 0u);
  EXPECT_EQ(seen.out_of_order, 0u);
  EXPECT_EQ(seen.lost, 0u);
  EXPECT_EQ(seen.skipped, 0u);
  EXPECT_EQ(seen.sequence_gaps, 0u);
  EXPECT_EQ(writer.counts().ordinal, kRecords);
  EXPECT_EQ(writer.counts().full, 0u);
  EXPECT_EQ(writer.undrained(), 0u);
  EXPECT_EQ(lane.wild_cursors.load(), 0u);
}

TEST(RingStress, GapsInSequenceAreExactlyWhatAFullLaneDropped) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  std::thread writing([&] { write_all(writer, kRecords / 4, true); });
  const Seen seen = read_all(lane, kRecords / 4);
  writing.join();
  EXPECT_EQ(seen.records, kRecords / 4);
  EXPECT_EQ(seen.torn, 0u);
  EXPECT_EQ(seen.lost, 0u);
  EXPECT_EQ(seen.skipped, 0u);
  EXPECT_EQ(seen.sequence_gaps, writer.counts().full);
  EXPECT_EQ(writer.counts().sequence, writer.counts().ordinal + writer.counts().full);
  EXPECT_EQ(lane.wild_cursors.load(), 0u);
}

TEST(RingStress, CountsBelongTogetherForWhoeverLooks) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  std::atomic<bool> is_done{false};
  std::thread writing([&] { write_all(writer, kRecords / 4, true); });
  std::uint64_t looks = 0;
  std::uint64_t wrong = 0;
  std::thread looking([&] {
    while (!is_done.load(std::memory_order_relaxed)) {
      const std::uint64_t write_position = lane.control.write_position.load(std::memory_order_acquire);
      const auto counts = lane.control.counts.load();
      if (!counts) continue;
      ++looks;
      if (counts->sequence != counts->ordinal + counts->full || counts->position < write_position) ++wrong;
    }
  });
  (void)read_all(lane, kRecords / 4);
  writing.join();
  is_done.store(true);
  looking.join();
  EXPECT_GT(looks, 0u);
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace pktferry::ring
