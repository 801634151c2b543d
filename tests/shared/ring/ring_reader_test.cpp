#include "shared/ring/ring_reader.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/shared/ring/memory_lane.hpp"

namespace pktferry::ring {
namespace {

using record::kMaxRecordSize;
using record::RecordHeader;
using testing::is_intact;
using testing::kSmallestRecord;
using Status = ReadResult::Status;

void write_and_publish(LaneWriter& writer, int count, std::uint32_t size = kSmallestRecord) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(write_record(writer, size));
  writer.publish();
}

TEST(RingReader, OfAnEmptyLaneGivesNothing) {
  MemoryLane lane;
  LaneReader reader = lane.reader();
  EXPECT_EQ(reader.read().status, Status::kEmpty);
  EXPECT_EQ(reader.position(), 0u);
}

TEST(RingReader, GivesOneRecordWholeAndThenNothing) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 1, 256);
  LaneReader reader = lane.reader();
  const ReadResult result = reader.read();
  ASSERT_EQ(result.status, Status::kRecord);
  EXPECT_TRUE(is_intact(*result.record));
  EXPECT_EQ(result.record->header().size, 256u);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(reader.position(), 256u);
  EXPECT_EQ(reader.ordinal(), 1u);
  EXPECT_EQ(reader.read().status, Status::kEmpty);
}

TEST(RingReader, DoesNotSeeWhatIsNotPublished) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  ASSERT_TRUE(write_record(writer));
  LaneReader reader = lane.reader();
  EXPECT_EQ(reader.read().status, Status::kEmpty);
  writer.publish();
  EXPECT_EQ(reader.read().status, Status::kRecord);
}

TEST(RingReader, FollowsTheWriterThroughManyWraps) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  LaneReader reader = lane.reader();
  for (std::uint64_t i = 0; i < 5000; ++i) {
    ASSERT_TRUE(write_record(writer, testing::varied_size(i)));
    writer.publish();
    const ReadResult result = reader.read();
    ASSERT_EQ(result.status, Status::kRecord) << i;
    ASSERT_TRUE(is_intact(*result.record)) << i;
    ASSERT_EQ(result.record->header().ordinal, i);
    ASSERT_EQ(result.lost, 0u);
    ASSERT_EQ(reader.position(), writer.counts().position);
    lane.commit(reader.position());
  }
  EXPECT_EQ(reader.ordinal(), 5000u);
}

TEST(RingReader, ReadsAFullLaneToTheLastByte) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 256, kMaxRecordSize);
  LaneReader reader = lane.reader();
  for (int i = 0; i < 256; ++i) ASSERT_EQ(reader.read().status, Status::kRecord) << i;
  EXPECT_EQ(reader.read().status, Status::kEmpty);
}

TEST(RingReader, ReadsAgainAfterRewind) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 3);
  LaneReader reader = lane.reader();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(reader.read().status, Status::kRecord);
  reader.rewind(kSmallestRecord, 1);
  const ReadResult again = reader.read();
  ASSERT_EQ(again.status, Status::kRecord);
  EXPECT_EQ(again.record->header().ordinal, 1u);
  EXPECT_EQ(again.lost, 0u);
}

TEST(RingReader, TellsHowManyOrdinalsAreMissingBeforeARecord) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 3);
  LaneReader reader = lane.reader(2 * kSmallestRecord, 0);  // the caller believes that nothing was read yet
  const ReadResult result = reader.read();
  ASSERT_EQ(result.status, Status::kRecord);
  EXPECT_EQ(result.record->header().ordinal, 2u);
  EXPECT_EQ(result.lost, 2u);
  EXPECT_EQ(reader.ordinal(), 3u);
}

// One way to break the second of five records, which lies at kSmallestRecord.
struct Corruption {
  const char* name;
  std::function<void(MemoryLane&)> apply;
  friend void PrintTo(const Corruption& corruption, std::ostream* out) { *out << corruption.name; }
};

constexpr std::uint64_t kSecond = kSmallestRecord;

class RingReaderCorruption : public ::testing::TestWithParam<Corruption> {};

TEST_P(RingReaderCorruption, IsSkippedToTheWriterAndCountedByOrdinals) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  GetParam().apply(lane);
  LaneReader reader = lane.reader();
  ASSERT_EQ(reader.read().status, Status::kRecord);
  const ReadResult skipped = reader.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 4u);
  EXPECT_FALSE(skipped.record);
  EXPECT_EQ(reader.position(), 5 * kSmallestRecord);
  EXPECT_EQ(reader.ordinal(), 5u);
  EXPECT_EQ(reader.read().status, Status::kEmpty);

  write_and_publish(writer, 1);
  const ReadResult next = reader.read();
  ASSERT_EQ(next.status, Status::kRecord) << "the lane goes on behind it";
  EXPECT_EQ(next.record->header().ordinal, 5u);
  EXPECT_EQ(next.lost, 0u);
}

template <typename T>
std::function<void(MemoryLane&)> poke(std::uint64_t offset, T value) {
  return [=](MemoryLane& lane) { lane.poke(kSecond + offset, value); };
}

constexpr std::uint32_t kPaddingKind = static_cast<std::uint32_t>(record::RecordKind::kPadding);
constexpr std::uint64_t kFirstLayer = sizeof(RecordHeader);

INSTANTIATE_TEST_SUITE_P(
    , RingReaderCorruption,
    ::testing::Values(Corruption{"Hole",
                                 [](MemoryLane& lane) { std::memset(lane.data->bytes + kSecond, 0, kSmallestRecord); }},
                      Corruption{"SizeZero", poke<std::uint32_t>(0, 0)},
                      Corruption{"SizeNotAligned", poke<std::uint32_t>(0, 97)},
                      Corruption{"SizeBelowHeader", poke<std::uint32_t>(0, 64)},
                      Corruption{"SizeBeyondMaximum", poke<std::uint32_t>(0, kMaxRecordSize + 8)},
                      Corruption{"SizeHuge", poke<std::uint32_t>(0, 0xfffffff8)},
                      Corruption{"SizeBeyondWritePosition", poke<std::uint32_t>(0, 4 * kSmallestRecord + 8)},
                      Corruption{"SizeOfTwoRecords", poke<std::uint32_t>(0, 2 * kSmallestRecord)},
                      Corruption{"KindUnknown", poke<std::uint32_t>(4, 0x504b5432)},
                      Corruption{"KindZero", poke<std::uint32_t>(4, 0)},
                      Corruption{"PaddingInTheMiddle", poke<std::uint32_t>(4, kPaddingKind)},
                      Corruption{"PaddingThatCrossesTheEnd",
                                 [](MemoryLane& lane) {
                                   lane.poke<std::uint32_t>(kSecond, kTestLaneSize);
                                   lane.poke(kSecond + 4, kPaddingKind);
                                 }},
                      Corruption{"OrdinalBackwards", poke<std::uint64_t>(16, 0)},
                      Corruption{"OrdinalNotYetWritten", poke<std::uint64_t>(16, 5)},
                      Corruption{"OrdinalAbsurd", poke<std::uint64_t>(16, ~std::uint64_t{0})},
                      Corruption{"LayerCountBeyondMaximum", poke<std::uint8_t>(70, 255)},
                      Corruption{"LayersMissing", poke<std::uint8_t>(70, 0)},
                      Corruption{"LayerSizeZero", poke<std::uint16_t>(kFirstLayer + 2, 0)},
                      Corruption{"LayerBeyondRecord", poke<std::uint16_t>(kFirstLayer + 2, 400)},
                      Corruption{"LayerTooShortForItsType", poke<std::uint16_t>(kFirstLayer + 2, 16)}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(RingReader, SkipsARecordThatCrossesTheEndOfTheDataArea) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 255, kMaxRecordSize);
  lane.commit(writer.counts().position);
  LaneReader reader = lane.reader();
  for (int i = 0; i < 255; ++i) ASSERT_EQ(reader.read().status, Status::kRecord);
  write_and_publish(writer, 1, 4000);  // 96 bytes are left behind it
  write_and_publish(writer, 1);        // and become padding
  lane.poke<std::uint32_t>(255 * kMaxRecordSize, 4000);
  ASSERT_EQ(reader.read().status, Status::kRecord);
  const std::uint64_t padding = kTestLaneSize - 96;
  ASSERT_EQ(lane.word_at<std::uint32_t>(padding), 96u);

  lane.poke<std::uint32_t>(padding, 104);
  lane.poke(padding + 4, static_cast<std::uint32_t>(record::RecordKind::kPacket));
  const ReadResult skipped = reader.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 1u);
  EXPECT_EQ(reader.read().status, Status::kEmpty);
}

TEST(RingReader, SkipsPaddingThatDoesNotReachTheEndExactly) {
  for (const std::uint32_t size : {0u, 8u, 88u, 104u, 4096u}) {
    MemoryLane lane;
    LaneWriter writer = lane.writer();
    write_and_publish(writer, 255, kMaxRecordSize);
    write_and_publish(writer, 1, 4000);
    lane.commit(writer.counts().position);
    LaneReader reader = lane.reader(writer.counts().position, 256);
    write_and_publish(writer, 2);
    lane.poke<std::uint32_t>(kTestLaneSize - 96, size);
    const ReadResult skipped = reader.read();
    EXPECT_EQ(skipped.status, Status::kSkipped) << size;
    EXPECT_EQ(skipped.lost, 2u) << size;
    EXPECT_EQ(reader.position(), writer.counts().position) << size;
  }
}

TEST(RingReader, SkipsPaddingThatNothingFollows) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 255, kMaxRecordSize);
  write_and_publish(writer, 1, 4000);
  lane.commit(writer.counts().position);
  LaneReader reader = lane.reader(writer.counts().position, 256);
  write_and_publish(writer, 1);
  lane.control.write_position.store(kTestLaneSize);
  EXPECT_EQ(reader.read().status, Status::kSkipped);
  EXPECT_EQ(reader.position(), writer.counts().position);
}

TEST(RingReader, SkipsWhereTheWritePositionIsBeyondTheCapacity) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  lane.control.counts.store({kTestLaneSize + 16, 9, 9, 0});
  lane.control.write_position.store(kTestLaneSize + 8);
  LaneReader reader = lane.reader();
  const ReadResult skipped = reader.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 9u);
  EXPECT_EQ(reader.read().status, Status::kEmpty);
}

TEST(RingReader, SkipsARecordThatReachesBeyondTheWritePosition) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  lane.control.write_position.store(kSmallestRecord + 8);  // the second record itself is whole
  LaneReader reader = lane.reader();
  ASSERT_EQ(reader.read().status, Status::kRecord);
  const ReadResult skipped = reader.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 4u);
  EXPECT_EQ(reader.position(), 5 * kSmallestRecord);
}

TEST(RingReader, SkipsADistanceThatIsNoWord) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  lane.control.write_position.store(kSmallestRecord + 4);
  LaneReader reader = lane.reader();
  ASSERT_EQ(reader.read().status, Status::kRecord);
  EXPECT_EQ(reader.read().status, Status::kSkipped);
}

TEST(RingReader, StandsStillWhereTheWritersOwnNumbersMakeNoSense) {
  for (const std::uint64_t position : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{12}}) {
    MemoryLane lane;
    LaneWriter writer = lane.writer();
    write_and_publish(writer, 5);
    lane.poke<std::uint32_t>(0, 0);
    lane.control.counts.store({position, 5, 5, 0});
    LaneReader reader = lane.reader();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.read().status, Status::kEmpty) << position;
    EXPECT_EQ(reader.position(), 0u);
  }
}

TEST(RingReader, StandsStillWhereTheWriterWentBackwards) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  LaneReader reader = lane.reader();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(reader.read().status, Status::kRecord);
  lane.control.write_position.store(kSmallestRecord);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.read().status, Status::kEmpty);
  EXPECT_EQ(reader.position(), 5 * kSmallestRecord);
}

TEST(RingReader, WaitsForAWriterThatWasKilledBetweenItsTwoStores) {
  // The counts know of two records more than write_position. A skip goes to the counts, and then nothing is new.
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 3);
  const std::uint64_t before = lane.control.write_position.load();
  write_and_publish(writer, 2);
  lane.control.write_position.store(before);
  lane.poke<std::uint32_t>(0, 0);
  LaneReader reader = lane.reader();
  const ReadResult skipped = reader.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 5u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.read().status, Status::kEmpty);

  LaneWriter next = lane.writer();  // its repair, and one record more
  write_and_publish(next, 1);
  const ReadResult result = reader.read();
  ASSERT_EQ(result.status, Status::kRecord);
  EXPECT_EQ(result.record->header().ordinal, 5u);
  EXPECT_EQ(result.lost, 0u);
}

TEST(RingReader, SkipsFromAnImpossibleStart) {
  for (const std::uint64_t start :
       {std::uint64_t{4}, std::uint64_t{kTestLaneSize}, ~std::uint64_t{7}, ~std::uint64_t{0}}) {
    MemoryLane lane;
    LaneWriter writer = lane.writer();
    write_and_publish(writer, 5);
    LaneReader reader = lane.reader(start, 2);
    const ReadResult skipped = reader.read();
    EXPECT_EQ(skipped.status, Status::kSkipped) << start;
    EXPECT_EQ(skipped.lost, 3u) << start;
    EXPECT_EQ(reader.position(), 5 * kSmallestRecord) << start;
    write_and_publish(writer, 1);
    EXPECT_EQ(reader.read().status, Status::kRecord) << start;
  }
}

TEST(RingReader, SkipsWithoutAnUnderflowWhereItsStartClaimsMoreThanWasWritten) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  LaneReader reader = lane.reader(8 * kTestLaneSize, 1'000'000);
  const ReadResult skipped = reader.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 0u);
  EXPECT_EQ(reader.ordinal(), 5u);
}

TEST(PeekReader, ReadsWhatTheOwnerHasCommittedAlreadyAsLongAsItIsThere) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 5);
  LaneReader peek(lane.control, lane.data->bytes, kTestLaneSize, 0, 0, &lane.cursor.committed_position);
  lane.commit(5 * kSmallestRecord);
  for (int i = 0; i < 5; ++i) {
    const ReadResult result = peek.read();
    ASSERT_EQ(result.status, Status::kRecord);
    EXPECT_TRUE(is_intact(*result.record));
  }
}

TEST(PeekReader, SkipsWhatTheWriterMayBeOverwriting) {
  MemoryLane lane;
  LaneWriter writer = lane.writer();
  write_and_publish(writer, 256, kMaxRecordSize);
  LaneReader peek(lane.control, lane.data->bytes, kTestLaneSize, 0, 0, &lane.cursor.committed_position);
  ASSERT_EQ(peek.read().status, Status::kRecord) << "nothing is committed, so nothing is overwritten";
  lane.commit(10 * kMaxRecordSize);
  const ReadResult skipped = peek.read();
  EXPECT_EQ(skipped.status, Status::kSkipped);
  EXPECT_EQ(skipped.lost, 255u);
}

}  // namespace
}  // namespace pktferry::ring
