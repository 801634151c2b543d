#include "capture-svc/capture_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "shared/record/record_view.hpp"
#include "shared/ring/ledger.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::capture {
namespace {

using End = CaptureLoop::End;
using Status = PacketSource::Status;
using std::chrono::milliseconds;

constexpr std::uint32_t kLanes = 2;
constexpr std::uint64_t kStartNs = 5'000'000'000;

// An Ethernet frame between two stations that `flow` tells apart.
std::vector<std::byte> frame(std::uint32_t flow) {
  std::vector<std::byte> bytes(60, std::byte{0});
  std::memcpy(bytes.data() + 2, &flow, sizeof flow);
  bytes[6] = bytes[11] = std::byte{2};
  bytes[12] = std::byte{0x88};
  bytes[13] = std::byte{0xb5};
  return bytes;
}

// A source that gives what the test has put into it.
class FakeSource : public PacketSource {
 public:
  // What one poll() finds: packets of so many flows, then a status where there are none.
  struct Step {
    std::uint32_t packets = 0;
    Status without = Status::kIdle;
    std::optional<decode::LinkType> link_type = decode::LinkType::kEthernet;
  };

  Status poll(int max_packets, PacketHandler& handler) override {
    ++polls;
    if (on_poll) on_poll(handler);
    if (steps.empty()) return at_end;
    Step& step = steps.front();
    if (step.packets == 0) {
      const Status status = step.without;
      steps.pop_front();
      return status;
    }
    for (int i = 0; i < max_packets && step.packets > 0; ++i) {
      --step.packets;
      const std::vector<std::byte> bytes = frame(given);
      ++given;
      if (!handler.on_packet({bytes, 100, 1000 + given, step.link_type})) break;
    }
    if (step.packets == 0) steps.pop_front();
    return Status::kPackets;
  }
  int wait_fd() const override { return 77; }
  const std::string& error() const override { return error_; }
  std::optional<KernelCounters> kernel_counters() override { return counters; }
  const std::string& interface_name() const override { return name_; }
  bool is_live() const override { return live; }

  std::deque<Step> steps;
  Status at_end = Status::kEnd;
  std::function<void(PacketHandler&)> on_poll;
  bool live = false;
  std::optional<KernelCounters> counters;
  std::uint32_t given = 0;
  int polls = 0;

 private:
  const std::string error_ = "the cable was cut";
  const std::string name_ = "fake0";
};

class CaptureLoopTest : public ::testing::Test {
 protected:
  CaptureLoopTest() { attach(); }

  void attach() {
    ring.reset();
    ring::CaptureOptions options;
    options.directory = directory / "ring";
    options.geometry = {1, kLanes, 1u << 20};
    options.node = "node";
    ring = std::make_unique<ring::CaptureRing>(options);
  }

  Surroundings surroundings() {
    return {[this] { return now_ns; }, [this] { return stop; },
            [this](int fd, milliseconds timeout) {
              waits.push_back({fd, timeout});
              now_ns += static_cast<std::uint64_t>(timeout.count()) * 1'000'000;
              if (on_wait) on_wait();
            }};
  }

  End run(LoopOptions options = {}) {
    CaptureLoop loop(*ring, source, options, heartbeat, surroundings());
    return loop.run();
  }

  ring::Ledger ledger() const { return ring::read_ledger(directory / "ring"); }

  // Delivers everything, as a publisher does; returns the records' headers.
  std::vector<record::RecordHeader> take_all() {
    const auto publisher = ring::PublisherRing::attach(directory / "ring", ring::PublisherRing::Mode::kDeliver);
    std::vector<record::RecordHeader> headers;
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
      const auto lock = publisher->try_own_lane(lane);
      ring::LaneReader reader = publisher->lane_reader(lane);
      ring::CursorCounts counts = publisher->cursor(lane);
      for (auto result = reader.read(); result.status == ring::ReadResult::Status::kRecord; result = reader.read()) {
        headers.push_back(result.record->header());
        ++counts.delivered;
      }
      counts.position = reader.position();
      counts.ordinal = reader.ordinal();
      publisher->commit(lane, counts);
    }
    return headers;
  }

  // Writes until no lane has room.
  void fill_the_ring() {
    FakeSource filler;
    filler.steps = {{.packets = 100'000}};
    CaptureLoop loop(*ring, filler, {OnFull::kDrop, {}, {}}, heartbeat, surroundings());
    ASSERT_EQ(loop.run(), End::kEndOfFile);
    for (const ring::LaneLedger& lane : ledger().lanes) ASSERT_GT(lane.full, 0u);
  }

  static std::uint64_t unsupported(const ring::Ledger& ledger) {
    return ledger.dropped[static_cast<std::size_t>(ring::DropReason::kUnsupported)];
  }
  static std::uint64_t full(const ring::Ledger& ledger) {
    return ledger.dropped[static_cast<std::size_t>(ring::DropReason::kFull)];
  }
  void expect_closed() const {
    EXPECT_EQ(ledger().kernel_unexplained(), 0);
    EXPECT_EQ(ledger().read_unexplained(), 0);
    EXPECT_EQ(ledger().written_unexplained(), 0);
  }

  struct Wait {
    int fd;
    milliseconds timeout;
  };

  testing::TempDir directory{"/dev/shm"};
  std::unique_ptr<ring::CaptureRing> ring;
  FakeSource source;
  service::Heartbeat heartbeat;
  std::uint64_t now_ns = kStartNs;
  bool stop = false;
  std::vector<Wait> waits;
  std::function<void()> on_wait;
};

TEST_F(CaptureLoopTest, EmptyFileEndsWithNothingWritten) {
  EXPECT_EQ(run(), End::kEndOfFile);
  EXPECT_EQ(ledger().read, 0u);
  EXPECT_EQ(ledger().written, 0u);
  EXPECT_TRUE(waits.empty());
  expect_closed();
}

TEST_F(CaptureLoopTest, OnePacketBecomesOneRecordWithItsHeaderFilled) {
  source.steps = {{.packets = 1}};
  EXPECT_EQ(run(), End::kEndOfFile);
  EXPECT_EQ(ledger().read, 1u);
  EXPECT_EQ(ledger().written, 1u);
  const auto headers = take_all();
  ASSERT_EQ(headers.size(), 1u);
  EXPECT_EQ(headers[0].frame_number, 1u);
  EXPECT_EQ(headers[0].timestamp_ns, 1001u);
  EXPECT_EQ(headers[0].read_at_ns, kStartNs);
  EXPECT_EQ(headers[0].wire_length, 100u);
  EXPECT_EQ(headers[0].captured_length, 60u);
  EXPECT_EQ(headers[0].sampling_weight, 1u);
  EXPECT_EQ(headers[0].layer_count, 1u);
  EXPECT_NE(headers[0].flow_hash, 0u);
  const auto publisher = ring::PublisherRing::attach(directory / "ring", ring::PublisherRing::Mode::kPeek);
  EXPECT_EQ(publisher->interface_name(headers[0].interface_index), "fake0");
  expect_closed();
}

TEST_F(CaptureLoopTest, ManyPacketsAreSpreadOverTheLanesAndNumberedAcrossThem) {
  source.steps = {{.packets = 1000}};
  EXPECT_EQ(run(), End::kEndOfFile);
  EXPECT_EQ(ledger().read, 1000u);
  EXPECT_EQ(ledger().written, 1000u);
  for (const ring::LaneLedger& lane : ledger().lanes) EXPECT_GT(lane.written, 300u);
  std::vector<bool> seen(1001);
  for (const auto& header : take_all()) seen[header.frame_number] = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 1000);
  EXPECT_EQ(ledger().delivered, 1000u);
  expect_closed();
}

TEST_F(CaptureLoopTest, PacketsOfAnUnknownLinkTypeAreCountedAndNotWritten) {
  source.steps = {{.packets = 5, .link_type = std::nullopt}, {.packets = 2}};
  EXPECT_EQ(run(), End::kEndOfFile);
  EXPECT_EQ(ledger().read, 7u);
  EXPECT_EQ(ledger().written, 2u);
  EXPECT_EQ(unsupported(ledger()), 5u);
  expect_closed();
}

TEST_F(CaptureLoopTest, FullLaneDropsTheNewestAndCountsThem) {
  fill_the_ring();
  const ring::Ledger before = ledger();
  source.steps = {{.packets = 100}};
  EXPECT_EQ(run({OnFull::kDrop, {}, {}}), End::kEndOfFile);
  EXPECT_EQ(ledger().written, before.written);
  EXPECT_EQ(full(ledger()), full(before) + 100);
  EXPECT_TRUE(waits.empty());
  expect_closed();
}

TEST_F(CaptureLoopTest, BlockedOnAFullLaneItWaitsForThePublisherAndLosesNothing) {
  fill_the_ring();
  const ring::Ledger before = ledger();
  on_wait = [this] {
    if (waits.size() == 3) take_all();
  };
  source.steps = {{.packets = 100}};
  EXPECT_EQ(run({OnFull::kBlock, {}, {}}), End::kEndOfFile);
  EXPECT_EQ(ledger().written, before.written + 100);
  EXPECT_EQ(full(ledger()), full(before));
  ASSERT_EQ(waits.size(), 3u);
  for (const Wait& wait : waits) {
    EXPECT_EQ(wait.fd, -1);
    EXPECT_EQ(wait.timeout, milliseconds(1));
  }
  expect_closed();
}

TEST_F(CaptureLoopTest, BlockedOnAFullLaneItPublishesWhatItHoldsBeforeItWaits) {
  std::optional<ring::Ledger> while_waiting;
  on_wait = [&] {
    if (!while_waiting) while_waiting = ledger();
    stop = true;
  };
  source.steps = {{.packets = 100'000}};
  EXPECT_EQ(run({OnFull::kBlock, {}, {}}), End::kStopped);
  ASSERT_TRUE(while_waiting);
  // The one packet in hand.
  EXPECT_EQ(while_waiting->read_unexplained(), 1);
  expect_closed();
}

TEST_F(CaptureLoopTest, StopEndsABlockedWaitAndCountsThePacketInHandAsFull) {
  fill_the_ring();
  const ring::Ledger before = ledger();
  on_wait = [this] { stop = true; };
  source.steps = {{.packets = 100}};
  EXPECT_EQ(run({OnFull::kBlock, {}, {}}), End::kStopped);
  EXPECT_EQ(ledger().read, before.read + 1);
  EXPECT_EQ(full(ledger()), full(before) + 1);
  EXPECT_EQ(waits.size(), 1u);
  expect_closed();
}

TEST_F(CaptureLoopTest, LastPacketOfACountWaitsForRoomLikeAnyOther) {
  fill_the_ring();
  const ring::Ledger before = ledger();
  on_wait = [this] { take_all(); };
  source.steps = {{.packets = 100}};
  EXPECT_EQ(run({OnFull::kBlock, 1, {}}), End::kCount);
  EXPECT_EQ(ledger().written, before.written + 1);
  EXPECT_EQ(full(ledger()), full(before));
}

TEST_F(CaptureLoopTest, DurationEndsABlockedWaitToo) {
  fill_the_ring();
  source.steps = {{.packets = 100}};
  EXPECT_EQ(run({OnFull::kBlock, {}, milliseconds(20)}), End::kDuration);
  EXPECT_EQ(waits.size(), 20u);
  expect_closed();
}

TEST_F(CaptureLoopTest, CountStopsAfterExactlySoManyPackets) {
  for (const std::uint64_t count : {1u, 16u, 256u, 700u}) {
    const std::uint64_t before = ledger().read;
    source.steps = {{.packets = 1000}};
    EXPECT_EQ(run({OnFull::kDrop, count, {}}), End::kCount);
    EXPECT_EQ(ledger().read, before + count);
  }
  expect_closed();
}

TEST_F(CaptureLoopTest, DurationStopsWithAndWithoutTraffic) {
  source.at_end = Status::kIdle;
  EXPECT_EQ(run({OnFull::kDrop, {}, milliseconds(500)}), End::kDuration);
  EXPECT_EQ(now_ns, kStartNs + 500'000'000);
  ASSERT_EQ(waits.size(), 3u) << "200 ms, 200 ms, the rest";
  EXPECT_EQ(waits[2].timeout, milliseconds(100));

  source.steps = {{.packets = 1'000'000}};
  source.on_poll = [this](PacketHandler&) { now_ns += 100'000'000; };
  EXPECT_EQ(run({OnFull::kDrop, {}, milliseconds(500)}), End::kDuration);
  EXPECT_EQ(source.given, 5u * 256u);
  expect_closed();
}

TEST_F(CaptureLoopTest, StopIsSeenWithAndWithoutTraffic) {
  source.at_end = Status::kIdle;
  on_wait = [this] { stop = true; };
  EXPECT_EQ(run(), End::kStopped);
  EXPECT_EQ(waits.size(), 1u);

  stop = false;
  source.steps = {{.packets = 1'000'000}};
  source.on_poll = [this](PacketHandler&) { stop = true; };
  EXPECT_EQ(run(), End::kStopped);
  EXPECT_EQ(source.given, 256u);
  EXPECT_EQ(ledger().written, 256u);
}

TEST_F(CaptureLoopTest, StopBeforeItBeginsReadsNothing) {
  stop = true;
  source.steps = {{.packets = 1}};
  EXPECT_EQ(run(), End::kStopped);
  EXPECT_EQ(source.polls, 0);
}

TEST_F(CaptureLoopTest, IdleSourceIsWaitedForWithEverythingPublished) {
  source.steps = {{.packets = 3}, {}};
  std::uint64_t in_ring_while_idle = 0;
  on_wait = [&] { in_ring_while_idle = ledger().in_ring; };
  EXPECT_EQ(run(), End::kEndOfFile);
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_EQ(waits[0].fd, 77);
  EXPECT_EQ(in_ring_while_idle, 3u);
}

TEST_F(CaptureLoopTest, SourceThatWaitsForARestOfAPacketFindsEverythingPublished) {
  source.steps = {{.packets = 3}};
  std::uint64_t in_ring_while_waiting = 0;
  source.on_poll = [&](PacketHandler& handler) {
    if (source.polls != 2) return;
    handler.on_wait();
    in_ring_while_waiting = ledger().in_ring;
  };
  EXPECT_EQ(run(), End::kEndOfFile);
  EXPECT_EQ(in_ring_while_waiting, 3u);
}

TEST_F(CaptureLoopTest, FailedSourceEndsTheLoopAfterWhatItGave) {
  source.steps = {{.packets = 3}};
  source.at_end = Status::kFailed;
  EXPECT_EQ(run(), End::kSourceFailed);
  EXPECT_EQ(ledger().written, 3u);
  expect_closed();
}

TEST_F(CaptureLoopTest, KernelCountersAreKeptOncePerSecondAndSettledAtTheEnd) {
  source.live = true;
  source.counters = KernelCounters{0, 0};
  source.at_end = Status::kIdle;
  source.steps = {{.packets = 10}};
  on_wait = [this] {
    source.counters = KernelCounters{25, 3};
    if (now_ns < kStartNs + 1'000'000'000) {
      EXPECT_EQ(ledger().kernel_received, 0u);
    } else if (waits.size() == 6) {
      EXPECT_EQ(ledger().kernel_received, 25u);
      EXPECT_EQ(ledger().kernel_dropped, 3u);
      EXPECT_EQ(ledger().kernel_read, 10u);
      EXPECT_EQ(ledger().kernel_unexplained(), 12) << "they wait in the kernel";
      source.counters = KernelCounters{26, 3};
      stop = true;
    }
  };
  EXPECT_EQ(run(), End::kStopped);
  EXPECT_EQ(ledger().kernel_received, 26u);
  EXPECT_EQ(ledger().kernel_waiting, 13u);
  expect_closed();
}

TEST_F(CaptureLoopTest, KernelThatTellsNoMoreLeavesItsLastWord) {
  source.live = true;
  source.counters = KernelCounters{10, 2};
  source.steps = {{.packets = 8}, {}, {}};
  source.at_end = Status::kFailed;
  on_wait = [this] {
    if (waits.size() == 2) source.counters = std::nullopt;
    now_ns += 1'000'000'000;
  };
  EXPECT_EQ(run(), End::kSourceFailed);
  EXPECT_EQ(ledger().kernel_received, 10u);
  EXPECT_EQ(ledger().kernel_dropped, 2u);
  EXPECT_EQ(ledger().kernel_waiting, 0u);
  expect_closed();
}

TEST_F(CaptureLoopTest, FileLeavesTheKernelsCountersAlone) {
  source.steps = {{.packets = 10}};
  EXPECT_EQ(run(), End::kEndOfFile);
  EXPECT_EQ(ledger().kernel_received, 0u);
  EXPECT_EQ(ledger().kernel_read, 0u);
}

TEST_F(CaptureLoopTest, EveryCounterGoesOnAfterARestart) {
  for (std::uint64_t run_number = 1; run_number <= 3; ++run_number) {
    source.live = true;
    source.counters = KernelCounters{20, 4};
    source.at_end = Status::kFailed;
    source.steps = {{.packets = 3, .link_type = std::nullopt}, {.packets = 10}};
    EXPECT_EQ(run(), End::kSourceFailed);
    ring->mark_clean();
    attach();
    const ring::Ledger now = ledger();
    EXPECT_EQ(now.read, 13 * run_number);
    EXPECT_EQ(now.written, 10 * run_number);
    EXPECT_EQ(unsupported(now), 3 * run_number);
    EXPECT_EQ(now.kernel_received, 20 * run_number);
    EXPECT_EQ(now.kernel_dropped, 4 * run_number);
    EXPECT_EQ(now.kernel_read, 13 * run_number);
    EXPECT_EQ(now.kernel_waiting, 3 * run_number);
    EXPECT_EQ(now.unclean_runs, 0u);
    expect_closed();
  }
  EXPECT_EQ(take_all().size(), 30u);
}

TEST_F(CaptureLoopTest, FrameNumbersBeginAnewWithEachRun) {
  for (int i = 0; i < 2; ++i) {
    source.steps = {{.packets = 1}};
    EXPECT_EQ(run(), End::kEndOfFile);
  }
  const auto headers = take_all();
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].frame_number, 1u);
  EXPECT_EQ(headers[1].frame_number, 1u);
}

}  // namespace
}  // namespace pktferry::capture
