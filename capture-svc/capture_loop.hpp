// The way of a packet through capture: source → lane by flow → decoded in place in the lane → published.
//
// Runs on the main thread. Everything it counts goes to the ring's control blocks (WorkerControl, LaneControl), where
// the ledger and the metrics read it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "capture-svc/capture_config.hpp"
#include "capture-svc/source/packet_source.hpp"
#include "capture-svc/surroundings.hpp"
#include "shared/ring/ring_directory.hpp"
#include "shared/service/run_loop.hpp"

namespace pktferry::capture {

struct LoopOptions {
  OnFull on_full = OnFull::kDrop;
  std::optional<std::uint64_t> count;
  std::optional<std::chrono::nanoseconds> duration;
};

class CaptureLoop : private PacketHandler {
 public:
  enum class End { kStopped, kEndOfFile, kCount, kDuration, kSourceFailed };

  // All must outlive the loop. Takes the writers of worker 0's lanes.
  CaptureLoop(ring::CaptureRing& ring, PacketSource& source, const LoopOptions& options, service::Heartbeat& heartbeat,
              Surroundings surroundings);

  // Once. When it returns, everything written is published and the kernel's counters are settled.
  End run();

 private:
  bool on_packet(const Packet& packet) override;
  void on_wait() override;

  void record(const Packet& packet);
  int poll_source();
  void idle();
  bool is_over();
  void keep_house();
  void publish();
  std::byte* reserve(ring::LaneWriter& lane);
  std::byte* wait_for_room(ring::LaneWriter& lane);
  void refresh_clock() { now_ns_ = surroundings_.now_ns(); }
  void store_kernel_counters();
  void settle_kernel_counters();

  PacketSource& source_;
  const LoopOptions options_;
  const Surroundings surroundings_;
  ring::WorkerControl& worker_;
  std::vector<ring::LaneWriter> lanes_;
  const std::uint16_t interface_index_;
  service::Heartbeat& heartbeat_;

  std::uint64_t frame_number_ = 0;  // packets read in this run
  std::uint64_t now_ns_;            // renewed every few packets
  const std::uint64_t started_ns_;
  std::uint64_t next_housekeeping_ns_;
  std::optional<End> end_;

  // Of the ring, before this run.
  struct Totals {
    std::uint64_t read, unsupported, kernel_received, kernel_dropped, kernel_waiting, kernel_read;
  };
  const Totals before_;
  std::uint64_t unsupported_ = 0;
  KernelCounters kernel_;
};

}  // namespace pktferry::capture
