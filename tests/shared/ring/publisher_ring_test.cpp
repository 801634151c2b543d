// What publishers find in a ring's directory: attaching, owning, committing, looking, and taking it away.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fstream>

#include <gtest/gtest.h>

#include "tests/shared/ring/ring_fixture.hpp"

namespace pktferry::ring {
namespace {

using Mode = PublisherRing::Mode;
using Status = ReadResult::Status;
namespace fs = std::filesystem;

class PublisherRingTest : public RingTest {
 protected:
  // A capture that lives through the test and has written `records` to lane 0.
  void start_capture(int records) {
    capture_ = std::make_unique<CaptureRing>(options());
    LaneWriter writer = capture_->lane_writer(0);
    for (int i = 0; i < records; ++i) ASSERT_TRUE(capture_packet(*capture_, writer));
    writer.publish();
  }
  void stop_capture() {
    capture_->mark_clean();
    capture_.reset();
  }
  std::unique_ptr<CaptureRing> capture_;
};

TEST_F(PublisherRingTest, FindsNothingWhereNoCaptureHasBeen) {
  EXPECT_FALSE(attach());
  fs::create_directories(directory());
  EXPECT_FALSE(attach());
  fs::create_directories(directory() / "data");
  fs::create_directories(directory() / "state");
  EXPECT_FALSE(attach());
}

TEST_F(PublisherRingTest, AttachesToARunningCaptureAndToOneThatHasEnded) {
  start_capture(0);
  auto publisher = attach();
  ASSERT_TRUE(publisher);
  EXPECT_EQ(publisher->geometry(), kSmallGeometry);
  EXPECT_EQ(publisher->ring_id(), capture_->ring_id());
  EXPECT_EQ(publisher->node(), "n1");
  EXPECT_TRUE(publisher->capture_is_alive());
  stop_capture();
  EXPECT_FALSE(publisher->capture_is_alive());
  EXPECT_TRUE(attach());
}

TEST_F(PublisherRingTest, WaitsWhileTheCursorsAreAnotherRings) {
  start_capture(0);
  stop_capture();
  {
    std::fstream file(cursors_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(16);
    file.put('\x55').put('\x55').put('\x55').put('\x55');
  }
  EXPECT_FALSE(attach());
}

TEST_F(PublisherRingTest, RefusesWhatCannotBeUsedAndSaysWhy) {
  start_capture(0);
  stop_capture();
  fs::resize_file(cursors_file(), 4000);
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "does not fit its ring"));
  fs::resize_file(cursors_file(), 10);
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "too short"));
  fs::resize_file(ring_file(), 100'000);
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "is 100000 bytes long instead of"));
  {
    std::fstream file(ring_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(8);
    file.put(2);
  }
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "layout version 2, this program reads 1"));
  std::ofstream(ring_file(), std::ios::binary | std::ios::trunc) << std::string(5000, 'x');
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "is not a ring"));
  fs::remove(ring_file());
  fs::create_symlink("/dev/zero", ring_file());
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "symbolic link"));
  fs::remove(ring_file());
  ASSERT_EQ(chmod((directory() / "data").c_str(), 0777), 0);
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "everybody may write"));
}

TEST_F(PublisherRingTest, RefusesAnImpossibleGeometry) {
  start_capture(0);
  stop_capture();
  std::fstream file(ring_file(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(16);
  const Geometry impossible{1, 0xffffffff, kMinLaneSize};
  char bytes[sizeof impossible];
  std::memcpy(bytes, &impossible, sizeof bytes);
  file.write(bytes, sizeof bytes).flush();
  EXPECT_TRUE(mentions(ring_error([&] { (void)attach(); }), "impossible header"));
}

TEST_F(PublisherRingTest, DeliversAndCommitsAndTheNextOneGoesOnBehind) {
  start_capture(5);
  {
    const auto publisher = attach();
    publisher->register_publisher("stdout");
    const auto lane = publisher->try_own_lane(0);
    ASSERT_TRUE(lane);
    EXPECT_EQ(publisher->backlog(0), 5 * testing::kSmallestRecord);
    EXPECT_EQ(deliver_all(*publisher, 0), 5u);
    EXPECT_EQ(publisher->backlog(0), 0u);
  }
  LaneWriter writer = capture_->lane_writer(0);
  ASSERT_TRUE(capture_packet(*capture_, writer));
  writer.publish();
  const auto next = attach();
  LaneReader reader = next->lane_reader(0);
  const ReadResult result = reader.read();
  ASSERT_EQ(result.status, Status::kRecord);
  EXPECT_EQ(result.record->header().ordinal, 5u);
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.delivered, 5u);
  EXPECT_EQ(ledger.in_ring, 1u);
  EXPECT_EQ(ledger.lanes[0].in_ring_bytes, testing::kSmallestRecord);
  expect_closed(ledger);
}

TEST_F(PublisherRingTest, CountsFailedRecordsByReason) {
  start_capture(3);
  const auto publisher = attach();
  LaneReader reader = publisher->lane_reader(0);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(reader.read().status, Status::kRecord);
  CursorCounts counts{reader.position(), 3, 1, 0, {}};
  counts.failed[static_cast<std::uint32_t>(FailReason::kTooLarge)] = 2;
  publisher->commit(0, counts);
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.failed[static_cast<std::uint32_t>(FailReason::kTooLarge)], 2u);
  EXPECT_EQ(ledger.lanes[0].failed, 2u);
  EXPECT_EQ(ledger.delivered, 1u);
  expect_closed(ledger);
}

TEST_F(PublisherRingTest, LeavesALaneToItsOwner) {
  start_capture(0);
  const auto first = attach();
  const auto second = attach();
  auto owned = first->try_own_lane(0);
  ASSERT_TRUE(owned);
  EXPECT_FALSE(second->try_own_lane(0));
  EXPECT_TRUE(second->try_own_lane(1));
  EXPECT_TRUE(read_ledger(directory()).lanes[0].owned);
  EXPECT_FALSE(read_ledger(directory()).lanes[1].owned);
  owned.reset();
  EXPECT_TRUE(second->try_own_lane(0));
}

TEST_F(PublisherRingTest, MakesUpForACommitThatWasKilledBetweenItsTwoStores) {
  start_capture(3);
  {
    const auto killed_publisher = attach();
    deliver_all(*killed_publisher, 0);
  }
  {  // The counts say 3, committed_position still says 0.
    std::fstream file(cursors_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(kCursorsOffset);
    file.write("\0\0\0\0\0\0\0\0", 8);
  }
  LaneWriter writer = capture_->lane_writer(0);
  EXPECT_EQ(writer.undrained(), 3 * testing::kSmallestRecord);
  const auto next = attach();
  LaneReader reader = next->lane_reader(0);
  EXPECT_EQ(reader.read().status, Status::kEmpty) << "nothing is sent again that was committed";
  EXPECT_EQ(writer.undrained(), 0u) << "although nothing new is there to commit";
}

TEST_F(PublisherRingTest, SharesOneDestinationAmongThoseWhoLive) {
  start_capture(0);
  const auto first = attach();
  const auto second = attach();
  first->register_publisher("kafka://b:9092/packets");
  second->register_publisher("kafka://b:9092/packets");
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.publishers, 2u);
  EXPECT_EQ(ledger.destination, "kafka://b:9092/packets");

  const auto curious = attach();
  const std::string error = ring_error([&] { curious->register_publisher("stdout"); });
  EXPECT_TRUE(mentions(error, "kafka://b:9092/packets"));
  EXPECT_TRUE(mentions(error, "stdout"));
  EXPECT_TRUE(mentions(error, "--peek"));
  EXPECT_EQ(read_ledger(directory()).publishers, 2u);
}

TEST_F(PublisherRingTest, TakesOverTheDestinationOfTheDead) {
  start_capture(0);
  {
    const auto first = attach();
    first->register_publisher("kafka://b:9092/a-topic-with-a-long-name");
  }
  const auto second = attach();
  second->register_publisher("stdout");
  EXPECT_EQ(read_ledger(directory()).destination, "stdout");
}

TEST_F(PublisherRingTest, RefusesADestinationThatDoesNotFitAndOnePublisherTooMany) {
  start_capture(0);
  std::vector<std::unique_ptr<PublisherRing>> publishers;
  publishers.push_back(attach());
  EXPECT_TRUE(mentions(ring_error([&] { publishers[0]->register_publisher(std::string(kDestinationSize, 'x')); }),
                       "longer than 511 bytes"));
  publishers[0]->register_publisher(std::string(kDestinationSize - 1, 'x'));
  for (std::uint32_t i = 1; i < kMaxPublishers; ++i) {
    publishers.push_back(attach());
    publishers.back()->register_publisher(std::string(kDestinationSize - 1, 'x'));
  }
  EXPECT_EQ(read_ledger(directory()).publishers, kMaxPublishers);
  const auto one_more = attach();
  EXPECT_TRUE(mentions(ring_error([&] { one_more->register_publisher(std::string(kDestinationSize - 1, 'x')); }),
                       "16 publishers are alive"));
}

TEST_F(PublisherRingTest, DoesNotHangOnAPublisherThatWasStoppedWhileRegistering) {
  start_capture(0);
  const int stopped = open(cursors_file().c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(stopped, LOCK_EX), 0);
  const auto publisher = attach();
  EXPECT_TRUE(
      mentions(ring_error([&] { publisher->register_publisher("stdout"); }), "another publisher is registering"));
  close(stopped);
  publisher->register_publisher("stdout");
}

TEST_F(PublisherRingTest, NoticesThatItsRingWasReplaced) {
  start_capture(0);
  const auto publisher = attach();
  EXPECT_FALSE(publisher->is_replaced());
  stop_capture();
  { const CaptureRing again(options()); }
  EXPECT_FALSE(publisher->is_replaced()) << "re-attached, not replaced";
  const CaptureRing wider(options({1, 4, kMinLaneSize}));
  EXPECT_TRUE(publisher->is_replaced());
  EXPECT_EQ(publisher->backlog(0), 0u) << "the old mapping stays readable";
  EXPECT_FALSE(attach()->is_replaced());
  fs::remove(ring_file());
  EXPECT_TRUE(publisher->is_replaced());
}

TEST_F(PublisherRingTest, PeeksWithoutLocksOrCommits) {
  start_capture(5);
  const auto owner = attach();
  owner->register_publisher("stdout");
  const auto lane = owner->try_own_lane(0);
  ASSERT_TRUE(lane);
  {
    const auto peek = attach(Mode::kPeek);
    LaneReader reader = peek->lane_reader(0);
    for (std::uint64_t i = 0; i < 5; ++i) {
      const ReadResult result = reader.read();
      ASSERT_EQ(result.status, Status::kRecord);
      EXPECT_EQ(result.record->header().ordinal, i);
    }
    EXPECT_EQ(reader.read().status, Status::kEmpty);
    EXPECT_EQ(read_ledger(directory()).publishers, 1u);
  }
  EXPECT_EQ(owner->backlog(0), 5 * testing::kSmallestRecord);
  EXPECT_EQ(deliver_all(*owner, 0), 5u);
}

TEST_F(PublisherRingTest, ReadsAWriterThatLies) {
  // write_position far ahead of anything: the reader skips, nothing is followed.
  start_capture(3);
  stop_capture();
  {
    std::fstream file(ring_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(lane_controls_offset(kSmallGeometry)));
    file.write("\0\0\0\0\0\0\0\x10", 8);
  }
  const auto publisher = attach();
  LaneReader reader = publisher->lane_reader(0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.read().status, Status::kEmpty) << "not even the counts agree";
  EXPECT_EQ(publisher->backlog(0), kMinLaneSize);
  EXPECT_EQ(read_ledger(directory()).in_ring, 3u);
}

TEST_F(PublisherRingTest, SurvivesHostileTextInTheHeader) {
  start_capture(0);
  stop_capture();
  {
    std::fstream file(ring_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(48);
    file << std::string(kNodeNameSize, 'n');
    file.seekp(offsetof(RingHeader, interface_count));
    file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    file.seekp(offsetof(RingHeader, interfaces));
    file << std::string(kMaxInterfaces * kInterfaceNameSize, 'i');
  }
  const auto publisher = attach();
  EXPECT_EQ(publisher->node(), std::string(kNodeNameSize, 'n'));
  EXPECT_EQ(publisher->interface_name(63), std::string(kInterfaceNameSize, 'i'));
  EXPECT_EQ(publisher->interface_name(64), "");
}

TEST_F(PublisherRingTest, ResetTakesAnIdleRingAwayAndTellsWhatIsLost) {
  start_capture(4);
  EXPECT_TRUE(mentions(ring_error([&] { reset(directory()); }), "a capture holds it"));
  stop_capture();
  {
    const auto publisher = attach();
    publisher->register_publisher("stdout");
    EXPECT_TRUE(mentions(ring_error([&] { reset(directory()); }), "a publisher holds it"));
  }
  {
    const auto publisher = attach();
    const auto lane = publisher->try_own_lane(1);
    EXPECT_TRUE(mentions(ring_error([&] { reset(directory()); }), "lane-1.lock"));
  }
  EXPECT_EQ(reset(directory()), 4u);
  EXPECT_FALSE(fs::exists(ring_file()));
  EXPECT_FALSE(fs::exists(cursors_file()));
  EXPECT_TRUE(fs::exists(directory() / "data" / "capture.lock")) << "lock files are never unlinked";
  EXPECT_TRUE(mentions(ring_error([&] { reset(directory()); }), "there is no ring"));
  EXPECT_TRUE(mentions(ring_error([&] { (void)read_ledger(directory()); }), "there is no ring"));
}

TEST_F(PublisherRingTest, ResetTakesAwayWhatCannotBeRead) {
  start_capture(4);
  stop_capture();
  std::ofstream(ring_file(), std::ios::binary | std::ios::trunc) << "garbage";
  EXPECT_EQ(reset(directory()), std::nullopt);
  EXPECT_FALSE(fs::exists(ring_file()));
}

TEST_F(PublisherRingTest, ResetFindsNoRingWhereNoneWas) {
  EXPECT_TRUE(mentions(ring_error([&] { reset(temp() / "nowhere"); }), "there is no ring"));
}

TEST_F(PublisherRingTest, EndsWithAReasonWhereAFileIsTruncatedUnderIt) {
  start_capture(1);
  EXPECT_EXIT(
      {
        exit_on_sigbus();
        const auto publisher = attach();
        fs::resize_file(ring_file(), 0);
        LaneReader reader = publisher->lane_reader(0);
        (void)reader.read();
      },
      ::testing::ExitedWithCode(1), "truncated by another process");
}

TEST_F(PublisherRingTest, ALockIsHeldFromTryAcquireToTheEnd) {
  const fs::path file = temp() / "some.lock";
  EXPECT_FALSE(FileLock::is_held(file)) << "missing";
  EXPECT_TRUE(mentions(ring_error([&] { (void)FileLock::try_acquire(file); }), "missing"));
  std::ofstream(file) << "";
  ASSERT_EQ(chmod(file.c_str(), 0660), 0);
  EXPECT_FALSE(FileLock::is_held(file));
  auto lock = FileLock::try_acquire(file);
  ASSERT_TRUE(lock);
  EXPECT_TRUE(FileLock::is_held(file));
  FileLock moved = std::move(*lock);
  lock.reset();
  EXPECT_TRUE(FileLock::is_held(file)) << "moved, not released";
  EXPECT_FALSE(FileLock::try_acquire(file));
  {
    const FileLock last = std::move(moved);
    EXPECT_TRUE(FileLock::is_held(file));
  }
  EXPECT_FALSE(FileLock::is_held(file));
}

TEST(LedgerLabels, AreTheMetricLabels) {
  EXPECT_EQ(label(DropReason::kUnsupported), "unsupported");
  EXPECT_EQ(label(DropReason::kFull), "full");
  EXPECT_EQ(label(DropReason::kKilled), "killed");
  EXPECT_EQ(label(FailReason::kTooLarge), "too_large");
  EXPECT_EQ(label(FailReason::kInvalidTimestamp), "invalid_timestamp");
  EXPECT_EQ(label(FailReason::kInvalidRecord), "invalid_record");
}

}  // namespace
}  // namespace pktferry::ring
