// What a kill leaves, at any instant: real processes under SIGKILL, and the protocol's stores one instruction at a
// time.
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <new>
#include <random>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "shared/ring/ring_files.hpp"
#include "tests/shared/ring/ring_fixture.hpp"
#include "tests/support/eventually.hpp"

namespace pktferry::ring {
namespace {

using Status = ReadResult::Status;

class KillTest : public RingTest {};

// Captures packets as fast as it can, into both lanes, until it is killed.
[[noreturn]] void capture_for_ever(const CaptureOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  CaptureRing ring(options);
  std::array writers{ring.lane_writer(0), ring.lane_writer(1)};
  for (std::uint64_t packet = 0;; ++packet) {
    capture_packet(ring, writers[packet % 2], testing::varied_size(packet, 512));
  }
}

// What is known of a lane's records so far.
struct LaneHistory {
  std::uint64_t next_ordinal = 0;
  std::uint64_t next_sequence = 0;
  std::uint64_t sequence_gaps = 0;
};

void check_and_deliver(PublisherRing& ring, std::uint32_t lane, LaneHistory& history) {
  LaneReader reader = ring.lane_reader(lane);
  CursorCounts counts = ring.cursor(lane);
  for (;;) {
    const ReadResult result = reader.read();
    if (result.status == Status::kEmpty) break;
    ASSERT_EQ(result.status, Status::kRecord);
    ASSERT_EQ(result.lost, 0u);
    const record::RecordHeader& header = result.record->header();
    ASSERT_TRUE(testing::is_intact(*result.record)) << "torn";
    ASSERT_EQ(header.ordinal, history.next_ordinal);
    ASSERT_GE(header.sequence, history.next_sequence);
    history.sequence_gaps += header.sequence - history.next_sequence;
    history.next_ordinal = header.ordinal + 1;
    history.next_sequence = header.sequence + 1;
    ++counts.delivered;
  }
  counts.position = reader.position();
  counts.ordinal = reader.ordinal();
  ring.commit(lane, counts);
}

TEST_F(KillTest, OfCaptureTearsNothingLosesNothingWrittenAndLeavesALedgerThatCloses) {
  constexpr int kKills = 50;
  { CaptureRing(options()).mark_clean(); }
  const auto publisher = attach();
  ASSERT_TRUE(publisher);
  const RingLook look = look_at_ring(RingPaths(directory()), Access::kRead);
  ASSERT_TRUE(look.ring);
  const auto& read = look.ring->view.worker(0).read;

  std::mt19937_64 random(20230831);
  std::array<LaneHistory, 2> lanes;
  std::uint64_t total_killed = 0;
  for (int kill_number = 1; kill_number <= kKills; ++kill_number) {
    // Up to where both lanes have been full for a while.
    const std::uint64_t target = read.load() + random() % 12'000;
    const pid_t capture = fork();
    if (capture == 0) capture_for_ever(options());
    ASSERT_TRUE(testing::eventually([&] { return read.load() >= target; }));
    kill(capture, SIGKILL);
    ASSERT_EQ(waitpid(capture, nullptr, 0), capture);

    CaptureRing next(options());
    EXPECT_TRUE(next.warnings().empty());
    Ledger ledger = read_ledger(directory());
    expect_closed(ledger);
    EXPECT_GE(killed(ledger), total_killed);
    // One packet in hand, and in each lane less than a burst.
    EXPECT_LE(killed(ledger), total_killed + 1 + 2 * (kBurst - 1));
    total_killed = killed(ledger);
    EXPECT_EQ(ledger.unclean_runs, static_cast<std::uint64_t>(kill_number));
    const std::uint64_t in_ring = ledger.in_ring;

    const std::uint64_t before = lanes[0].next_ordinal + lanes[1].next_ordinal;
    for (std::uint32_t lane = 0; lane < 2; ++lane) {
      // A lane takes up where it was left: the next packet continues its numbers.
      LaneWriter writer = next.lane_writer(lane);
      capture_packet(next, writer);
      writer.publish();
      ASSERT_NO_FATAL_FAILURE(check_and_deliver(*publisher, lane, lanes[lane]));
    }
    EXPECT_GE(lanes[0].next_ordinal + lanes[1].next_ordinal - before, in_ring);
    ledger = read_ledger(directory());
    EXPECT_EQ(ledger.in_ring, 0u);
    EXPECT_EQ(ledger.corrupt, 0u);
    EXPECT_EQ(ledger.delivered, lanes[0].next_ordinal + lanes[1].next_ordinal);
    expect_closed(ledger);
    next.mark_clean();
  }
  EXPECT_GT(total_killed, 0u) << "the kills came at instants that matter";

  CaptureRing last(options());
  for (std::uint32_t lane = 0; lane < 2; ++lane) {
    LaneWriter writer = last.lane_writer(lane);
    ASSERT_TRUE(capture_packet(last, writer));
    writer.publish();
    ASSERT_NO_FATAL_FAILURE(check_and_deliver(*publisher, lane, lanes[lane]));
    EXPECT_EQ(lanes[lane].sequence_gaps, read_ledger(directory()).lanes[lane].full) << "every gap is a full lane";
  }
}

TEST_F(KillTest, OfAPublisherSendsAgainAndSkipsNothing) {
  CaptureRing capture(options());
  LaneWriter writer = capture.lane_writer(0);
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    while (capture_packet(capture, writer)) {
    }
    writer.publish();
    const pid_t publisher = fork();
    if (publisher == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const auto ring = attach();
      const auto lane = ring->try_own_lane(0);
      if (lane) deliver_all(*ring, 0);
      for (;;) pause();
    }
    const std::uint64_t target = random() % 200'000;
    ASSERT_TRUE(testing::eventually([&] { return kMinLaneSize - writer.undrained() >= target; }));
    kill(publisher, SIGKILL);
    ASSERT_EQ(waitpid(publisher, nullptr, 0), publisher);

    const auto next = attach();
    const auto lane = next->try_own_lane(0);
    ASSERT_TRUE(lane) << "free at once";
    deliver_all(*next, 0);
    const Ledger ledger = read_ledger(directory());
    EXPECT_EQ(ledger.corrupt, 0u);
    EXPECT_EQ(ledger.in_ring, 0u);
    EXPECT_EQ(ledger.delivered, ledger.written);
    EXPECT_EQ(ledger.wild_cursors, 0u);
    expect_closed(ledger);
  }
}

// A lane in memory that a child shares with us.
struct SharedLane {
  LaneControl control;
  LaneCursor cursor;
  std::atomic<std::uint64_t> wild_cursors;
  std::byte data[kMinLaneSize];
};
struct Unmap {
  void operator()(SharedLane* lane) const { munmap(lane, sizeof *lane); }
};
std::unique_ptr<SharedLane, Unmap> make_shared_lane() {
  void* const memory = mmap(nullptr, sizeof(SharedLane), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return std::unique_ptr<SharedLane, Unmap>(static_cast<SharedLane*>(memory));
}

// Runs `body` in a child and calls `check` after every one of its instructions: what lies in shared memory then is what
// a kill at that instant leaves. Returns the number of instructions.
int step_through(const std::function<void()>& body, const std::function<void()>& check) {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    body();
    raise(SIGSTOP);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  int steps = 0;
  do {
    ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
    waitpid(child, &status, 0);
    check();
    ++steps;
  } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP && !::testing::Test::HasFatalFailure());
  EXPECT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) << status;
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return steps;
}

// What the next capture and a reader make of a copy of the lane's controls.
struct Aftermath {
  LaneCounts counts;      // of the next writer
  std::uint64_t visible;  // records that a reader gets before the next writer comes
  std::uint64_t records;  // and behind it
};

Aftermath examine(const SharedLane& lane) {
  LaneControl control;
  LaneCursor cursor;
  std::memcpy(static_cast<void*>(&control), &lane.control, sizeof control);
  std::memcpy(static_cast<void*>(&cursor), &lane.cursor, sizeof cursor);
  std::atomic<std::uint64_t> wild_cursors{0};
  Aftermath aftermath{};

  LaneReader reader(control, lane.data, kMinLaneSize, 0, 0);
  const auto read_all = [&](std::uint64_t& records) {
    for (;;) {
      const ReadResult result = reader.read();
      if (result.status == Status::kEmpty) return;
      ASSERT_EQ(result.status, Status::kRecord);
      ASSERT_EQ(result.lost, 0u);
      ASSERT_TRUE(testing::is_intact(*result.record));
      ++records;
    }
  };
  read_all(aftermath.visible);
  aftermath.records = aftermath.visible;
  auto* const data = const_cast<std::byte*>(lane.data);  // nothing is written: the writer only looks
  aftermath.counts = LaneWriter(control, cursor, data, kMinLaneSize, wild_cursors).counts();
  read_all(aftermath.records);
  EXPECT_EQ(aftermath.records, aftermath.counts.ordinal) << "what is counted can be read";
  EXPECT_EQ(aftermath.counts.sequence, aftermath.counts.ordinal + aftermath.counts.full);
  EXPECT_EQ(wild_cursors.load(), 0u);
  return aftermath;
}

void write_records(LaneWriter& writer, int count) {
  for (int i = 0; i < count; ++i) {
    testing::fill_record(writer.reserve(), 256, writer.counts().ordinal);
    writer.commit(256);
  }
}

TEST(KillAtEveryInstruction, OfPublishShowsAllOfTheBurstOrNothing) {
  const auto lane = make_shared_lane();
  LaneWriter writer(lane->control, lane->cursor, lane->data, kMinLaneSize, lane->wild_cursors);
  write_records(writer, 3);
  writer.publish();
  write_records(writer, 2);
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  const int steps = step_through([&] { writer.publish(); },
                                 [&] {
                                   const Aftermath aftermath = examine(*lane);
                                   seen.insert({aftermath.visible, aftermath.records});
                                 });
  EXPECT_GT(steps, 20);
  // Before the counts; between counts and position (W2: the next capture shows them); behind both.
  EXPECT_EQ(seen, (std::set<std::pair<std::uint64_t, std::uint64_t>>{{3, 3}, {3, 5}, {5, 5}}));
}

TEST(KillAtEveryInstruction, OfWritingShowsNothing) {
  const auto lane = make_shared_lane();
  LaneWriter writer(lane->control, lane->cursor, lane->data, kMinLaneSize, lane->wild_cursors);
  write_records(writer, 3);
  writer.publish();
  step_through([&] { write_records(writer, 1); },
               [&] {
                 const Aftermath aftermath = examine(*lane);
                 EXPECT_EQ(aftermath.visible, 3u);
                 EXPECT_EQ(aftermath.records, 3u);
               });
}

TEST(KillAtEveryInstruction, OfADropKeepsSequenceOrdinalAndFullTogether) {
  const auto lane = make_shared_lane();
  LaneWriter writer(lane->control, lane->cursor, lane->data, kMinLaneSize, lane->wild_cursors);
  write_records(writer, 3);
  writer.publish();
  write_records(writer, 2);
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  step_through([&] { writer.drop_full(); },
               [&] {
                 const Aftermath aftermath = examine(*lane);
                 seen.insert({aftermath.counts.ordinal, aftermath.counts.full});
               });
  EXPECT_EQ(seen, (std::set<std::pair<std::uint64_t, std::uint64_t>>{{3, 0}, {5, 0}, {5, 1}}));
}

TEST_F(KillTest, AtEveryInstructionOfCommitLeavesCountsThatAreWholeAndNeverBehindThePosition) {
  const CaptureRing capture(options());
  const auto publisher = attach();
  const RingLook look = look_at_ring(RingPaths(directory()), Access::kRead);
  const CursorsLook cursors = look_at_cursors(RingPaths(directory()), look.ring->view, Access::kRead);
  const LaneCursor& shared = cursors.cursors->view.lane(0);
  publisher->commit(0, {96, 1, 1, 0, {}});
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  step_through(
      [&] {
        publisher->commit(0, {288, 3, 2, 1, {}});
      },
      [&] {
        const auto counts = shared.counts.load();
        ASSERT_TRUE(counts);
        ASSERT_EQ(counts->delivered + counts->corrupt, counts->ordinal);
        seen.insert({counts->position, shared.committed_position.load()});
      });
  EXPECT_EQ(seen, (std::set<std::pair<std::uint64_t, std::uint64_t>>{{96, 96}, {288, 96}, {288, 288}}));
}

}  // namespace
}  // namespace pktferry::ring
