// The publish loop on a real ring and a fake destination. Time stands still unless a test moves it.
#include "publisher-svc/publish_loop.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/publisher-svc/fake_sink.hpp"
#include "tests/shared/ring/ring_fixture.hpp"

namespace pktferry::publisher {
namespace {

using ring::CursorCounts;
using ring::FailReason;
using std::chrono::milliseconds;

constexpr std::size_t kSmallArena = 1u << 20;

class PublishLoopTest : public ring::RingTest {
 protected:
  // Capture's side
  void start_capture(const ring::Geometry& geometry = ring::kSmallGeometry) {
    capture_ = std::make_unique<ring::CaptureRing>(options(geometry));
    writers_.clear();
    for (std::uint32_t lane = 0; lane < geometry.lane_count; ++lane) {
      writers_.push_back(std::make_unique<ring::LaneWriter>(capture_->lane_writer(lane)));
    }
  }
  void stop_capture() {
    writers_.clear();
    capture_.reset();
  }
  void write(std::uint32_t lane, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(ring::capture_packet(*capture_, *writers_[lane]));
    writers_[lane]->publish();
  }

  // The publisher's side
  PublishLoop& start(PublishOptions options = {}, LaneOwner::Mode mode = LaneOwner::Mode::kDeliver) {
    loop_.reset();
    owner_ = std::make_unique<LaneOwner>(directory(), mode, sink.destination());
    const PublishClock clock{[this] { return now_; }, [this] { return wall_; }};
    metrics = std::make_unique<PublisherMetrics>();
    loop_ = std::make_unique<PublishLoop>(*owner_, sink, arena_, *metrics, std::move(options), clock);
    return *loop_;
  }
  void stop() {
    loop_->finish();
    loop_.reset();
    owner_.reset();
  }
  void pass(milliseconds time) { now_ += time; }
  // Turns until one does nothing.
  void run_dry() {
    for (int i = 0; i < 100'000; ++i) {
      if (loop_->work() == 0 && loop_->work() == 0) return;
    }
    FAIL() << "the loop does not come to rest";
  }
  // Turns, and time passes where nothing is done, until `count` records have left the ring.
  void run_until_committed(std::uint64_t count) {
    for (int i = 0; i < 100'000; ++i) {
      if (committed() >= count) return;
      if (loop_->work() == 0) pass(milliseconds(50));
    }
    FAIL() << "only " << committed() << " records have left the ring";
  }

  CursorCounts cursor(std::uint32_t lane) { return attach(ring::PublisherRing::Mode::kPeek)->cursor(lane); }
  std::uint64_t committed() {
    std::uint64_t sum = 0;
    const auto ring = attach(ring::PublisherRing::Mode::kPeek);
    for (std::uint32_t lane = 0; lane < ring->geometry().lane_count; ++lane) sum += ring->cursor(lane).ordinal;
    return sum;
  }
  ring::Ledger ledger() { return ring::read_ledger(directory()); }
  std::vector<std::uint64_t> ordinals(std::uint64_t lane) {
    std::vector<std::uint64_t> list;
    for (const auto& sent : sink.delivered) {
      if (sent.lane() == lane) list.push_back(sent.ordinal());
    }
    return list;
  }
  std::set<std::uint64_t> ordinal_set(std::uint64_t lane) {
    const auto list = ordinals(lane);
    return {list.begin(), list.end()};
  }
  // records_read = delivered + failed + resent + in flight
  void expect_metrics_close() {
    std::uint64_t failed = 0;
    for (const auto& each : metrics->failed) failed += each.get();
    EXPECT_EQ(metrics->records_read.get(),
              metrics->messages_delivered.get() + failed + metrics->records_resent.get() + metrics->in_flight.get());
  }

  FakeSink sink;
  std::unique_ptr<PublisherMetrics> metrics;

  std::unique_ptr<ring::CaptureRing> capture_;
  std::vector<std::unique_ptr<ring::LaneWriter>> writers_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
  std::chrono::system_clock::time_point wall_{std::chrono::seconds(1'661'859'050)};
  Arena arena_{kSmallArena};
  std::unique_ptr<LaneOwner> owner_;
  std::unique_ptr<PublishLoop> loop_;
};

std::vector<std::uint64_t> sequence(std::uint64_t count) {
  std::vector<std::uint64_t> list(count);
  for (std::uint64_t i = 0; i < count; ++i) list[i] = i;
  return list;
}

TEST_F(PublishLoopTest, WaitsForTheRingAndThenDelivers) {
  start();
  EXPECT_EQ(loop_->work(), 0u);
  ASSERT_TRUE(metrics->trouble().has_value());
  EXPECT_NE(metrics->trouble()->find("waiting for capture"), std::string::npos);

  start_capture();
  write(0, 3);
  pass(LaneOwner::kLookInterval);
  run_dry();
  EXPECT_EQ(sink.delivered.size(), 3u);
  pass(milliseconds(100));
  loop_->work();
  EXPECT_EQ(metrics->trouble(), std::nullopt);
  EXPECT_EQ(metrics->lanes_owned.get(), 2u);
}

TEST_F(PublishLoopTest, DoesNothingOnAnEmptyRing) {
  start_capture();
  start();
  run_dry();
  EXPECT_EQ(sink.sends, 0u);
  EXPECT_EQ(cursor(0).position, 0u);
  EXPECT_EQ(metrics->records_read.get(), 0u);
}

TEST_F(PublishLoopTest, DeliversOneRecordAndCommitsIt) {
  start_capture();
  write(0, 1);
  start();
  run_dry();
  ASSERT_EQ(sink.delivered.size(), 1u);
  EXPECT_EQ(sink.delivered[0].ordinal(), 0u);
  EXPECT_EQ(cursor(0).delivered, 1u);
  EXPECT_EQ(cursor(0).ordinal, 1u);
  EXPECT_EQ(metrics->messages_delivered.get(), 1u);
  EXPECT_EQ(metrics->bytes_delivered.get(), sink.delivered[0].payload.size());
  EXPECT_EQ(metrics->read_to_ack.count(), 1u);
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, KeepsTheOrderWithinEachLane) {
  start_capture();
  write(0, 500);
  write(1, 700);
  start();
  run_dry();
  EXPECT_EQ(ordinals(0), sequence(500));
  EXPECT_EQ(ordinals(1), sequence(700));
  EXPECT_EQ(cursor(0).delivered, 500u);
  EXPECT_EQ(cursor(1).delivered, 700u);
  expect_metrics_close();
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, TakesTurnsBetweenLanes) {
  start_capture();
  write(0, 1000);
  write(1, 1000);
  sink.acknowledges_by_itself = false;
  start();
  loop_->work();
  std::map<std::uint64_t, int> per_lane;
  for (const auto& sent : sink.under_way()) ++per_lane[sent.lane()];
  EXPECT_EQ(per_lane[0], per_lane[1]);
}

TEST_F(PublishLoopTest, CommitsOnlyWhatIsAcknowledged) {
  start_capture();
  write(0, 10);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  EXPECT_EQ(sink.under_way().size(), 10u);
  EXPECT_EQ(cursor(0).ordinal, 0u);
  EXPECT_EQ(metrics->in_flight.get(), 10u);

  for (int i = 0; i < 4; ++i) sink.acknowledge();
  loop_->work();
  EXPECT_EQ(cursor(0).ordinal, 4u);
  EXPECT_EQ(cursor(0).delivered, 4u);
  EXPECT_EQ(metrics->in_flight.get(), 6u);
}

TEST_F(PublishLoopTest, AcknowledgementsOutOfOrderWaitForTheHead) {
  start_capture();
  write(0, 3);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.acknowledge(1);
  sink.acknowledge(1);
  loop_->work();
  EXPECT_EQ(cursor(0).ordinal, 0u);
  sink.acknowledge(0);
  loop_->work();
  EXPECT_EQ(cursor(0).ordinal, 3u);
  EXPECT_EQ(cursor(0).delivered, 3u);
  EXPECT_EQ(metrics->records_resent.get(), 0u);
}

TEST_F(PublishLoopTest, AKillBeforeTheAcknowledgementSendsTheRecordAgain) {
  start_capture();
  write(0, 5);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.acknowledge();
  sink.acknowledge();
  loop_->work();
  loop_.reset();  // without finish(): as a kill does
  owner_.reset();
  sink.under_way().clear();

  sink.acknowledges_by_itself = true;
  start();
  run_dry();
  EXPECT_EQ(ordinals(0), sequence(5));
  EXPECT_EQ(cursor(0).delivered, 5u);
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, FindsTheOneRefusedRecordInABatchOfAThousandAndGivesUpNoOther) {
  start_capture({1, 1, ring::kMinLaneSize});
  for (const std::uint64_t bad : {0ull, 637ull, 999ull}) {
    SCOPED_TRACE(bad);
    const std::uint64_t first = cursor(0).ordinal;
    const auto failed_before = cursor(0).failed[static_cast<std::size_t>(FailReason::kInvalidRecord)];
    sink = FakeSink{};
    sink.poisonous = {first + bad};
    write(0, 1000);
    start();
    run_until_committed(first + 1000);
    auto got = ordinal_set(0);
    EXPECT_EQ(got.size(), 999u);
    EXPECT_FALSE(got.contains(first + bad));
    EXPECT_EQ(cursor(0).failed[static_cast<std::size_t>(FailReason::kInvalidRecord)], failed_before + 1);
    EXPECT_EQ(metrics->failed[static_cast<std::size_t>(FailReason::kInvalidRecord)].get(), 1u);
    EXPECT_LE(sink.batches_refused, 40u) << "a search by halves, not one by one";
    expect_metrics_close();
    ring::expect_closed(ledger());
    stop();
  }
}

TEST_F(PublishLoopTest, SearchesForARefusedRecordWithoutWaiting) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 1000);
  sink.poisonous = {500};
  start();
  for (int i = 0; i < 10'000 && committed() < 1000; ++i) loop_->work();  // time stands still
  EXPECT_EQ(committed(), 1000u);
}

TEST_F(PublishLoopTest, GivesUpEveryRecordWhereEachIsRefusedAlone) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 50);
  for (std::uint64_t i = 0; i < 50; ++i) sink.poisonous.insert(i);
  start();
  run_until_committed(50);
  EXPECT_EQ(cursor(0).failed[static_cast<std::size_t>(FailReason::kInvalidRecord)], 50u);
  EXPECT_TRUE(sink.delivered.empty());
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, SendsWideAgainAfterARefusedRecordIsGivenUp) {
  start_capture({1, 1, ring::kMinLaneSize});
  sink.poisonous = {10};
  write(0, 5000);
  start();
  run_until_committed(5000);
  sink.most_under_way = 0;
  write(0, 1000);
  run_until_committed(6000);
  EXPECT_GE(sink.most_under_way, 100u);
}

TEST_F(PublishLoopTest, AHeldRecordGoesBackToTheRingAndIsDelivered) {
  start_capture();
  write(0, 20);
  write(1, 20);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.hold(7);
  loop_->work();  // purges
  EXPECT_EQ(sink.purges, 1u);
  sink.acknowledges_by_itself = true;
  run_until_committed(40);
  EXPECT_EQ(ordinals(0), sequence(20));
  EXPECT_EQ(ordinals(1), sequence(20));
  EXPECT_EQ(metrics->recoveries.get(), 1u);
  EXPECT_EQ(metrics->records_resent.get(), 40u);
  expect_metrics_close();
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, RecordsAcknowledgedBehindAHeldOneAreSentAgain) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 3);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.acknowledge(2);
  sink.hold(0);
  loop_->work();
  sink.acknowledges_by_itself = true;
  run_until_committed(3);
  EXPECT_EQ(ordinals(0), (std::vector<std::uint64_t>{2, 0, 1, 2}));
  EXPECT_EQ(cursor(0).delivered, 3u) << "each record counts once";
}

TEST_F(PublishLoopTest, AwaitsEveryReportBeforeItGoesBack) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 2);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.hold(0);
  loop_->work();  // purge() has put the second report in line
  EXPECT_EQ(metrics->recoveries.get(), 0u);
  loop_->work();
  EXPECT_EQ(metrics->recoveries.get(), 1u);
  EXPECT_EQ(metrics->records_resent.get(), 2u);
}

TEST_F(PublishLoopTest, BacksOffLongerWithEachFailureInARow) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 2);
  sink.acknowledges_by_itself = false;
  start();
  std::vector<std::int64_t> waits_ms;
  for (int failure = 0; failure < 8; ++failure) {
    run_dry();
    ASSERT_FALSE(sink.under_way().empty());
    sink.hold(0);
    loop_->work();
    loop_->work();
    std::int64_t waited_ms = 0;
    for (; sink.under_way().empty(); waited_ms += 10) {
      pass(milliseconds(10));
      loop_->work();
      loop_->work();
    }
    waits_ms.push_back(waited_ms);
  }
  EXPECT_EQ(waits_ms, (std::vector<std::int64_t>{100, 200, 400, 800, 1600, 3200, 5000, 5000}));

  sink.acknowledges_by_itself = true;
  run_until_committed(2);
  sink.acknowledges_by_itself = false;
  write(0, 1);
  run_dry();
  sink.hold(0);
  loop_->work();
  loop_->work();
  pass(milliseconds(100));
  loop_->work();
  loop_->work();
  EXPECT_EQ(sink.under_way().size(), 1u) << "success starts the back-off anew";
}

TEST_F(PublishLoopTest, RecoversFromAFatalErrorAndLosesNothing) {
  start_capture();
  write(0, 30);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.is_fatal = true;
  loop_->work();
  EXPECT_EQ(sink.purges, 1u);
  EXPECT_FALSE(sink.needs_recovery());
  sink.acknowledges_by_itself = true;
  run_until_committed(30);
  EXPECT_EQ(ordinals(0), sequence(30));
  EXPECT_EQ(metrics->recoveries.get(), 1u);
}

TEST_F(PublishLoopTest, TriesAgainWhereTheSinkIsFull) {
  start_capture();
  write(0, 50);
  sink.capacity = 3;
  start();
  run_until_committed(50);
  EXPECT_EQ(ordinals(0), sequence(50));
  EXPECT_EQ(sink.most_under_way, 3u);
  EXPECT_EQ(metrics->records_read.get(), 50u);
}

TEST_F(PublishLoopTest, WhatCanNeverBeSentIsGivenUpInItsTurn) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 3);
  sink.too_large = {1};
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  EXPECT_EQ(sink.under_way().size(), 2u);
  EXPECT_EQ(cursor(0).ordinal, 0u) << "the record before it is not delivered yet";
  sink.acknowledge();
  loop_->work();
  EXPECT_EQ(cursor(0).ordinal, 2u);
  EXPECT_EQ(cursor(0).failed[static_cast<std::size_t>(FailReason::kTooLarge)], 1u);
  sink.acknowledge();
  loop_->work();
  EXPECT_EQ(cursor(0).delivered, 2u);
  EXPECT_EQ(cursor(0).ordinal, 3u);
  expect_metrics_close();
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, StopsReadingWhileTheArenaIsFull) {
  start_capture({1, 1, 4 * ring::kMinLaneSize});
  write(0, 20'000);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  const std::size_t most = sink.under_way().size();
  EXPECT_LT(most, 20'000u);
  EXPECT_LE(metrics->arena_used_bytes.get(), kSmallArena);
  EXPECT_EQ(metrics->in_flight.get(), most);

  sink.acknowledges_by_itself = true;
  run_until_committed(20'000);
  EXPECT_EQ(ordinals(0), sequence(20'000)) << "through many rounds of the arena and the queue";
  EXPECT_EQ(metrics->arena_used_bytes.get(), 0u);
}

TEST_F(PublishLoopTest, CountsWhatCannotBeReadInItsPlace) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 40);
  {
    // The kind of record 10 is overwritten.
    const ring::Geometry geometry = capture_->geometry();
    const int fd = open(ring_file().c_str(), O_RDWR);
    const std::uint64_t junk = ~0ull;
    const auto at = ring::lane_data_offset(geometry, 0) + 10 * testing::kSmallestRecord;
    ASSERT_EQ(pwrite(fd, &junk, sizeof junk, static_cast<off_t>(at)), ssize_t{sizeof junk});
    close(fd);
  }
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  write(0, 5);
  run_dry();
  EXPECT_EQ(sink.under_way().size(), 15u);
  EXPECT_EQ(cursor(0).corrupt, 0u) << "not before the records in front are through";
  sink.acknowledges_by_itself = true;
  run_until_committed(45);
  EXPECT_EQ(cursor(0).delivered, 15u);
  EXPECT_EQ(cursor(0).corrupt, 30u);
  EXPECT_EQ(metrics->corrupt.get(), 30u);
  expect_metrics_close();
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, DrainsWhatWasThereWhenAskedToStopAndNoMore) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 100);
  sink.acknowledges_by_itself = false;
  start();
  loop_->work();
  EXPECT_FALSE(loop_->is_over(false));
  EXPECT_FALSE(loop_->is_over(true));
  write(0, 50);
  run_dry();
  sink.acknowledges_by_itself = true;
  run_dry();
  EXPECT_TRUE(loop_->is_over(true));
  EXPECT_EQ(loop_->end(), PublishLoop::End::kDrained);
  stop();
  EXPECT_EQ(cursor(0).delivered, 100u);
  EXPECT_EQ(ledger().in_ring, 50u);
}

TEST_F(PublishLoopTest, LeavesTheRestInTheRingAtTheDrainDeadline) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 100);
  sink.acknowledges_by_itself = false;
  start({.drain_timeout = milliseconds(500)});
  run_dry();
  EXPECT_FALSE(loop_->is_over(true));
  sink.acknowledge();
  run_dry();
  pass(milliseconds(499));
  EXPECT_FALSE(loop_->is_over(true));
  pass(milliseconds(1));
  EXPECT_TRUE(loop_->is_over(true));
  EXPECT_EQ(loop_->end(), PublishLoop::End::kDeadline);
  sink.acknowledge();  // comes while it is finishing
  stop();
  EXPECT_EQ(cursor(0).delivered, 2u);
  EXPECT_EQ(ledger().in_ring, 98u);
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, StopsAtOnceWhereThereIsNoRing) {
  start();
  loop_->work();
  EXPECT_TRUE(loop_->is_over(true));
  EXPECT_EQ(loop_->end(), PublishLoop::End::kHeldNothing);
}

TEST_F(PublishLoopTest, DoesNotClaimToHaveDeliveredARingItHadNotAttachedTo) {
  start_capture();
  write(0, 3);
  start();
  EXPECT_TRUE(loop_->is_over(true));
  EXPECT_EQ(loop_->end(), PublishLoop::End::kHeldNothing);
  EXPECT_EQ(ledger().in_ring, 3u);
  ring::expect_closed(ledger());
}

TEST_F(PublishLoopTest, UntilEndWaitsForCaptureAndThenForTheRingToBeEmpty) {
  start({.until_end = true});
  const auto is_over = [&] {
    run_dry();
    pass(LaneOwner::kLookInterval);
    run_dry();
    return loop_->is_over(false);
  };
  EXPECT_FALSE(is_over()) << "no ring yet";
  start_capture();
  EXPECT_FALSE(is_over()) << "capture runs";
  write(0, 10);
  sink.acknowledges_by_itself = false;
  stop_capture();
  EXPECT_FALSE(is_over()) << "not acknowledged yet";
  sink.acknowledges_by_itself = true;
  EXPECT_TRUE(is_over());
  EXPECT_EQ(loop_->end(), PublishLoop::End::kReachedEnd);
  EXPECT_EQ(sink.delivered.size(), 10u);
}

TEST_F(PublishLoopTest, UntilEndDoesNotEndOnARingThatWaitsForItsNextCapture) {
  start_capture();
  stop_capture();
  start({.until_end = true});
  run_dry();
  pass(LaneOwner::kLookInterval);
  EXPECT_FALSE(loop_->is_over(false));
  start_capture();
  pass(LaneOwner::kLookInterval);
  run_dry();
  EXPECT_FALSE(loop_->is_over(false));
  stop_capture();
  pass(LaneOwner::kLookInterval);
  run_dry();
  EXPECT_TRUE(loop_->is_over(false));
}

TEST_F(PublishLoopTest, UntilEndSeesACaptureThatWroteNothingAndWasGoneBetweenTwoLooks) {
  start_capture();
  stop_capture();
  start({.until_end = true});
  run_dry();
  EXPECT_FALSE(loop_->is_over(false));
  start_capture();
  stop_capture();
  pass(LaneOwner::kLookInterval);
  run_dry();
  EXPECT_TRUE(loop_->is_over(false));
  EXPECT_EQ(loop_->end(), PublishLoop::End::kReachedEnd);
}

TEST_F(PublishLoopTest, LetsGoOfAReplacedRingAndTakesTheNewOne) {
  start_capture();
  write(0, 4);
  start();
  run_dry();
  const std::string old_id = owner_->ring()->ring_id();
  stop_capture();
  start_capture({1, 4, ring::kMinLaneSize});  // drained, so it is replaced
  write(3, 6);
  for (int i = 0; i < 3; ++i) {
    pass(LaneOwner::kLookInterval);
    run_dry();
  }
  EXPECT_NE(owner_->ring()->ring_id(), old_id);
  EXPECT_EQ(ordinals(3), sequence(6));
  EXPECT_NE(sink.delivered.back().payload.find(owner_->ring()->ring_id()), std::string::npos);
  EXPECT_EQ(metrics->lanes_owned.get(), 4u);
  EXPECT_EQ(cursor(3).delivered, 6u);
}

TEST_F(PublishLoopTest, NamesTheInterfaceOfTheCaptureThatWroteTheRecord) {
  start_capture();
  ASSERT_EQ(capture_->interface_index("eth0"), 0);
  write(0, 1);
  start();
  run_dry();
  stop_capture();

  // The ring is drained: the table starts over, and the same index is another interface.
  start_capture();
  ASSERT_EQ(capture_->interface_index("wlan0"), 0);
  write(0, 1);
  run_until_committed(2);

  ASSERT_EQ(sink.delivered.size(), 2u);
  EXPECT_NE(sink.delivered[0].payload.find(R"("interface":"eth0")"), std::string::npos);
  EXPECT_NE(sink.delivered[1].payload.find(R"("interface":"wlan0")"), std::string::npos);
}

TEST_F(PublishLoopTest, RefusesARingWhoseRecordsGoElsewhere) {
  start_capture();
  const auto other = attach();
  other->register_publisher("kafka://elsewhere:9092/other");
  start();
  const std::string error = ring::ring_error([&] { loop_->work(); });
  EXPECT_TRUE(ring::mentions(error, "kafka://elsewhere:9092/other"));
  EXPECT_TRUE(ring::mentions(error, "fake:1"));
}

TEST_F(PublishLoopTest, TakesALaneOnceItsOwnerIsGone) {
  start_capture();
  write(0, 5);
  write(1, 5);
  const auto other = attach();
  other->register_publisher(sink.destination());
  auto lane0 = other->try_own_lane(0);
  ASSERT_TRUE(lane0);
  start();
  run_dry();
  EXPECT_TRUE(ordinals(0).empty());
  EXPECT_EQ(ordinals(1), sequence(5));
  EXPECT_EQ(ring::deliver_all(*other, 0), 5u);
  lane0.reset();
  write(0, 1);
  pass(LaneOwner::kLookInterval);
  run_dry();
  EXPECT_EQ(ordinals(0), (std::vector<std::uint64_t>{5})) << "goes on where the other one stopped";
}

TEST_F(PublishLoopTest, PeekingReadsEverythingAndTakesNothing) {
  start_capture();
  write(0, 5);
  write(1, 5);
  const auto owner = attach();
  auto lane0 = owner->try_own_lane(0);
  start({.until_end = true}, LaneOwner::Mode::kPeek);
  run_dry();
  EXPECT_TRUE(loop_->is_over(false));
  EXPECT_EQ(sink.delivered.size(), 10u);
  stop();
  EXPECT_EQ(ledger().in_ring, 10u);
  EXPECT_EQ(ledger().destination, "");
}

TEST_F(PublishLoopTest, EndsWhenTheSinkIsClosed) {
  start_capture();
  write(0, 5);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  sink.says_closed = true;
  EXPECT_TRUE(loop_->is_over(false));
  EXPECT_EQ(loop_->end(), PublishLoop::End::kSinkClosed);
  stop();
  EXPECT_EQ(ledger().in_ring, 5u);
}

TEST_F(PublishLoopTest, SaysWhatTheTroubleIsAndThatNothingIsAcknowledged) {
  start_capture();
  write(0, 1);
  sink.acknowledges_by_itself = false;
  start();
  run_dry();
  EXPECT_EQ(metrics->trouble(), std::nullopt);
  pass(std::chrono::seconds(11));
  loop_->work();
  ASSERT_TRUE(metrics->trouble());
  EXPECT_NE(metrics->trouble()->find("acknowledged nothing"), std::string::npos);
  sink.says_trouble = "all brokers are down";
  pass(milliseconds(100));
  loop_->work();
  EXPECT_EQ(metrics->trouble(), "all brokers are down");
  sink.says_trouble.reset();
  sink.acknowledge();
  pass(milliseconds(100));
  loop_->work();
  EXPECT_EQ(metrics->trouble(), std::nullopt);
}

TEST_F(PublishLoopTest, KafkaTimestampIsThePacketsWhereItIsPlausibleElseThePresent) {
  start_capture({1, 1, ring::kMinLaneSize});
  constexpr std::int64_t kPacket_ms = 1'661'859'047'292;  // of tests/support/records.hpp
  const auto timestamp_at = [&](std::int64_t wall_ms) {
    wall_ = std::chrono::system_clock::time_point(milliseconds(wall_ms));
    write(0, 1);
    run_dry();
    return sink.delivered.back().timestamp_ms;
  };
  start({.max_age = std::chrono::minutes(30)});
  constexpr std::int64_t kMaxAge_ms = 30 * 60'000;
  EXPECT_EQ(timestamp_at(kPacket_ms), kPacket_ms);
  EXPECT_EQ(timestamp_at(kPacket_ms + kMaxAge_ms), kPacket_ms);
  EXPECT_EQ(timestamp_at(kPacket_ms + kMaxAge_ms + 1), kPacket_ms + kMaxAge_ms + 1);
  EXPECT_EQ(timestamp_at(kPacket_ms - 1000), kPacket_ms) << "clocks may differ a little";
  EXPECT_EQ(timestamp_at(kPacket_ms - 1001), kPacket_ms - 1001);
}

TEST_F(PublishLoopTest, TheKeyIsTheFlow) {
  start_capture({1, 1, ring::kMinLaneSize});
  write(0, 1);
  start();
  run_dry();
  EXPECT_EQ(sink.delivered[0].key.size(), 8u);
  stop();
  write(0, 1);
  start({.key = encode::Key::kNone});
  run_dry();
  EXPECT_EQ(sink.delivered[1].key, "");
}

}  // namespace
}  // namespace pktferry::publisher
