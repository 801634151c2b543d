#include "shared/ring/ring_writer.hpp"

#include <gtest/gtest.h>

#include "tests/shared/ring/memory_lane.hpp"

namespace pktferry::ring {
namespace {

using record::kMaxRecordSize;
using record::RecordHeader;
using testing::fill_record;
using testing::kSmallestRecord;

std::uint64_t write_position(const MemoryLane& lane) {
  return lane.control.write_position.load();
}

// Fills the lane with the largest records until it says no.
std::uint64_t fill_lane(LaneWriter& writer) {
  std::uint64_t written = 0;
  while (write_record(writer, kMaxRecordSize)) ++written;
  return written;
}

TEST(RingWriter, OfANewLaneHasCountedNothing) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  EXPECT_EQ(writer.counts().position, 0u);
  EXPECT_EQ(writer.counts().ordinal, 0u);
  EXPECT_EQ(writer.undrained(), 0u);
  writer.publish();
  EXPECT_EQ(write_position(lane), 0u);
}

TEST(RingWriter, FramesOneRecordInPlace) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  std::byte* const room = writer.reserve();
  ASSERT_EQ(room, lane.data->bytes);
  fill_record(room, 128, 7);
  writer.commit(128);
  EXPECT_EQ(write_position(lane), 0u) << "not yet published";
  writer.publish();
  EXPECT_EQ(write_position(lane), 128u);
  EXPECT_EQ(lane.word_at<std::uint32_t>(0), 128u);
  EXPECT_EQ(lane.word_at<std::uint32_t>(4), 0x504b5431u);
  EXPECT_EQ(lane.word_at<std::uint64_t>(8), 0u) << "sequence";
  EXPECT_EQ(lane.word_at<std::uint64_t>(16), 0u) << "ordinal";
  EXPECT_EQ(lane.word_at<std::uint64_t>(24), 7u) << "frame number";
  const LaneCounts counts = lane.control.counts.load().value();
  EXPECT_EQ(counts.position, 128u);
  EXPECT_EQ(counts.sequence, 1u);
  EXPECT_EQ(counts.ordinal, 1u);
  EXPECT_EQ(counts.full, 0u);
}

TEST(RingWriter, ForgetsAReservationThatIsMadeAgain) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  std::byte* const first = writer.reserve();
  EXPECT_EQ(writer.reserve(), first);
  fill_record(first, kSmallestRecord, 0);
  writer.commit(kSmallestRecord);
  EXPECT_EQ(writer.counts().ordinal, 1u);
  EXPECT_EQ(writer.counts().position, kSmallestRecord);
}

TEST(RingWriter, PublishesByItselfAtTheEndOfABurstOnly) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  for (std::uint32_t i = 1; i < kBurst; ++i) {
    ASSERT_TRUE(write_record(writer));
    EXPECT_EQ(write_position(lane), 0u);
  }
  ASSERT_TRUE(write_record(writer));
  EXPECT_EQ(write_position(lane), std::uint64_t{kBurst} * kSmallestRecord);
  EXPECT_EQ(lane.control.counts.load()->ordinal, kBurst);
}

TEST(RingWriter, PadsTheRestOfTheDataAreaAndPublishesItWithTheNextRecord) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  // 255 largest records leave exactly room for one more; a smaller one before it makes the rest too small.
  ASSERT_TRUE(write_record(writer, kSmallestRecord));
  for (int i = 0; i < 255; ++i) ASSERT_TRUE(write_record(writer, kMaxRecordSize));
  writer.publish();
  const std::uint64_t end = write_position(lane);
  const std::uint64_t rest = kTestLaneSize - end;
  ASSERT_EQ(rest, kMaxRecordSize - kSmallestRecord);
  lane.commit(end);

  ASSERT_EQ(writer.reserve(), lane.data->bytes);
  EXPECT_EQ(lane.word_at<std::uint32_t>(end), rest);
  EXPECT_EQ(lane.word_at<std::uint32_t>(end + 4), 0x50414431u);
  writer.publish();
  EXPECT_EQ(write_position(lane), end) << "padding alone is not published";
  fill_record(lane.data->bytes, 200, 0);
  writer.commit(200);
  writer.publish();
  EXPECT_EQ(write_position(lane), kTestLaneSize + 200);
  EXPECT_EQ(writer.counts().position, kTestLaneSize + 200);
}

TEST(RingWriter, NeedsNoPaddingWhereALargestRecordJustFits) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(write_record(writer, kMaxRecordSize));
  EXPECT_EQ(writer.counts().position, kTestLaneSize);
  EXPECT_EQ(writer.reserve(), nullptr);
}

TEST(RingWriter, PaddingOfEightBytesIsTheSmallest) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  for (int i = 0; i < 255; ++i) ASSERT_TRUE(write_record(writer, kMaxRecordSize));
  ASSERT_TRUE(write_record(writer, kMaxRecordSize - 8));
  writer.publish();
  lane.commit(write_position(lane));
  ASSERT_TRUE(write_record(writer));
  EXPECT_EQ(lane.word_at<std::uint32_t>(kTestLaneSize - 8), 8u);
  EXPECT_EQ(lane.word_at<std::uint32_t>(kTestLaneSize - 4), 0x50414431u);
}

TEST(RingWriter, RejectsRecordWhenFullAndLeavesWritePositionUnchanged) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  EXPECT_EQ(fill_lane(writer), 256u);
  EXPECT_EQ(write_position(lane), kTestLaneSize) << "what was held back is published before nullptr";
  EXPECT_EQ(writer.reserve(), nullptr);
  EXPECT_EQ(write_position(lane), kTestLaneSize);
  EXPECT_EQ(writer.undrained(), kTestLaneSize);
}

TEST(RingWriter, CountsADropAtOnceAndGivesItASequenceNumberButNoOrdinal) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  fill_lane(writer);
  writer.drop_full();
  writer.drop_full();
  const LaneCounts counts = lane.control.counts.load().value();
  EXPECT_EQ(counts.position, kTestLaneSize);
  EXPECT_EQ(counts.ordinal, 256u);
  EXPECT_EQ(counts.full, 2u);
  EXPECT_EQ(counts.sequence, 258u);
  lane.commit(kTestLaneSize);
  ASSERT_TRUE(write_record(writer));
  EXPECT_EQ(lane.word_at<std::uint64_t>(8), 258u);
  EXPECT_EQ(lane.word_at<std::uint64_t>(16), 256u);
}

TEST(RingWriter, PublishesWhatItHoldsBackBeforeItCountsADrop) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  ASSERT_TRUE(write_record(writer));
  writer.drop_full();
  EXPECT_EQ(write_position(lane), kSmallestRecord);
  EXPECT_EQ(lane.control.counts.load()->sequence, 2u);
}

TEST(RingWriter, GoesOnAsSoonAsTheCursorFreesEnough) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  fill_lane(writer);
  lane.commit(kMaxRecordSize - 8);
  EXPECT_EQ(writer.reserve(), nullptr) << "eight bytes short";
  lane.commit(kMaxRecordSize);
  EXPECT_NE(writer.reserve(), nullptr);
  EXPECT_EQ(lane.wild_cursors.load(), 0u);
}

TEST(RingWriter, RefusesACursorThatIsAheadOfItselfOncePerValue) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  fill_lane(writer);
  lane.commit(kTestLaneSize + 8);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(writer.reserve(), nullptr);
  EXPECT_EQ(lane.wild_cursors.load(), 1u);
  lane.commit(~std::uint64_t{0});
  EXPECT_EQ(writer.reserve(), nullptr);
  EXPECT_EQ(lane.wild_cursors.load(), 2u);
  lane.commit(kTestLaneSize);
  EXPECT_NE(writer.reserve(), nullptr) << "an honest value heals it";
}

TEST(RingWriter, RefusesACursorThatGoesBackwards) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  fill_lane(writer);
  lane.commit(2 * kMaxRecordSize);
  ASSERT_TRUE(write_record(writer, kMaxRecordSize));
  lane.commit(kMaxRecordSize);
  EXPECT_EQ(writer.undrained(), kTestLaneSize - kMaxRecordSize);
  EXPECT_EQ(lane.wild_cursors.load(), 1u);
}

TEST(RingWriter, RefusesACursorBetweenTwoWords) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  fill_lane(writer);
  lane.commit(kMaxRecordSize + 4);
  EXPECT_EQ(writer.reserve(), nullptr);
  EXPECT_EQ(lane.wild_cursors.load(), 1u);
}

TEST(RingWriter, RefusesACursorIntoWhatIsNotYetPublished) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  ASSERT_TRUE(write_record(writer));
  lane.commit(kSmallestRecord);
  EXPECT_EQ(writer.undrained(), kSmallestRecord);
  EXPECT_EQ(lane.wild_cursors.load(), 1u);
}

TEST(RingWriter, TakesUpWhereTheLastOneStopped) {
  MemoryLane lane;
  {
    LaneWriter first = lane.writer();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(write_record(first));
    first.drop_full();
  }
  LaneWriter second = lane.writer();
  EXPECT_EQ(second.counts().ordinal, 3u);
  EXPECT_EQ(second.counts().sequence, 4u);
  EXPECT_EQ(second.counts().full, 1u);
  ASSERT_TRUE(write_record(second));
  second.publish();
  EXPECT_EQ(lane.word_at<std::uint64_t>(3 * kSmallestRecord + 8), 4u) << "sequence goes on";
  EXPECT_EQ(lane.word_at<std::uint64_t>(3 * kSmallestRecord + 16), 3u) << "ordinal goes on";
}

TEST(RingWriter, ForgetsWhatTheLastOneHadNotPublished) {
  MemoryLane lane;
  {
    LaneWriter killed = lane.writer();
    ASSERT_TRUE(write_record(killed));
    killed.publish();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(write_record(killed));
  }
  LaneWriter next = lane.writer();
  EXPECT_EQ(next.counts().ordinal, 1u);
  EXPECT_EQ(next.counts().position, kSmallestRecord);
}

TEST(RingWriter, ShowsWhatTheLastOneWasKilledBeforeShowing) {
  // Killed between the two stores of publish(): the counts know of the record, write_position does not.
  MemoryLane lane;
  {
    LaneWriter killed = lane.writer();
    ASSERT_TRUE(write_record(killed));
    killed.publish();
  }
  lane.control.write_position.store(0);
  const LaneWriter next = lane.writer();
  EXPECT_EQ(write_position(lane), kSmallestRecord);
  EXPECT_EQ(next.counts().ordinal, 1u);
}

TEST(RingWriter, StartsOnAFullLaneWithAWildCursorWithoutOverwritingAnything) {
  MemoryLane lane;
  {
    LaneWriter first = lane.writer();
    fill_lane(first);
  }
  lane.commit(5 * kTestLaneSize);
  LaneWriter second = lane.writer();
  EXPECT_EQ(second.reserve(), nullptr);
  EXPECT_EQ(lane.wild_cursors.load(), 1u);
}

TEST(RingWriter, WrapsManyTimesWithoutLosingCount) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  for (std::uint64_t i = 0; i < 5000; ++i) {
    ASSERT_TRUE(write_record(writer, testing::varied_size(i)));
    writer.publish();
    lane.commit(write_position(lane));
  }
  EXPECT_EQ(writer.counts().ordinal, 5000u);
  EXPECT_EQ(writer.counts().full, 0u);
  EXPECT_GT(writer.counts().position, 5 * kTestLaneSize);
  EXPECT_EQ(writer.undrained(), 0u);
  EXPECT_EQ(lane.wild_cursors.load(), 0u);
}

TEST(RingWriterDeathTest, AbortsOnARecordThatWouldTearTheLane) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  EXPECT_DEATH(writer.commit(kSmallestRecord), "without a reservation");
  ASSERT_NE(writer.reserve(), nullptr);
  EXPECT_DEATH(writer.commit(kMaxRecordSize + 8), "impossible size");
  EXPECT_DEATH(writer.commit(kSmallestRecord + 4), "impossible size");
  EXPECT_DEATH(writer.commit(sizeof(RecordHeader) - 8), "impossible size");
}

}  // namespace
}  // namespace pktferry::ring
