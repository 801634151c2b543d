#include "capture-svc/capture_loop.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include <spdlog/spdlog.h>

#include "capture-svc/decode/decode.hpp"
#include "capture-svc/decode/flow.hpp"
#include "capture-svc/decode/record_builder.hpp"

namespace pktferry::capture {
namespace {

constexpr int kPacketsPerRound = 256;  // between two looks at everything else
// The clock is read for the first of so many packets: at most some 3 µs of error for a fifth less CPU per packet.
constexpr std::uint64_t kPacketsPerClockReading = 16;
constexpr std::uint64_t kHousekeepingNs = 1'000'000'000;
constexpr std::chrono::milliseconds kIdleWait{200};
constexpr std::chrono::milliseconds kFullWait{1};
constexpr std::uint64_t kFullLogNs = 5'000'000'000;

constexpr auto kRelaxed = std::memory_order_relaxed;  // single-writer counters: each is whole, none orders anything

std::vector<ring::LaneWriter> worker_lanes(ring::CaptureRing& ring) {
  std::vector<ring::LaneWriter> lanes;
  const ring::Geometry geometry = ring.geometry();
  lanes.reserve(geometry.lane_count);
  for (std::uint32_t lane = 0; lane < geometry.lane_count; lane += geometry.worker_count) {
    lanes.push_back(ring.lane_writer(lane));
  }
  return lanes;
}

}  // namespace

CaptureLoop::CaptureLoop(ring::CaptureRing& ring, PacketSource& source, const LoopOptions& options,
                         service::Heartbeat& heartbeat, Surroundings surroundings)
    : source_(source),
      options_(options),
      surroundings_(std::move(surroundings)),
      worker_(ring.worker(0)),
      lanes_(worker_lanes(ring)),
      interface_index_(ring.interface_index(source.interface_name())),
      heartbeat_(heartbeat),
      now_ns_(surroundings_.now_ns()),
      started_ns_(now_ns_),
      next_housekeeping_ns_(now_ns_ + kHousekeepingNs),
      before_{worker_.read.load(kRelaxed),
              worker_.dropped[static_cast<std::uint32_t>(ring::DropReason::kUnsupported)].load(kRelaxed),
              worker_.kernel_received.load(kRelaxed),
              worker_.kernel_dropped.load(kRelaxed),
              worker_.kernel_waiting.load(kRelaxed),
              worker_.kernel_read.load(kRelaxed)} {}

CaptureLoop::End CaptureLoop::run() {
  service::run_loop(
      heartbeat_, [this] { return is_over(); }, [this] { return poll_source(); }, [this] { idle(); });
  publish();
  settle_kernel_counters();
  return *end_;
}

bool CaptureLoop::is_over() {
  if (end_) return true;
  refresh_clock();
  if (now_ns_ >= next_housekeeping_ns_) keep_house();
  if (surroundings_.stop_requested()) {
    end_ = End::kStopped;
  } else if (options_.duration && now_ns_ - started_ns_ >= static_cast<std::uint64_t>(options_.duration->count())) {
    end_ = End::kDuration;
  }
  return end_.has_value();
}

// Returns whether there were packets.
int CaptureLoop::poll_source() {
  switch (source_.poll(kPacketsPerRound, *this)) {
    case PacketSource::Status::kPackets:
      // A lane that gets little must not keep its records back as long as another one gets much.
      publish();
      return 1;
    case PacketSource::Status::kIdle: return 0;
    case PacketSource::Status::kEnd: end_ = surroundings_.stop_requested() ? End::kStopped : End::kEndOfFile; return 1;
    case PacketSource::Status::kFailed: end_ = End::kSourceFailed; return 1;
  }
  return 0;
}

void CaptureLoop::idle() {
  std::chrono::milliseconds timeout = kIdleWait;
  if (options_.duration) {
    const auto passed = std::chrono::nanoseconds(now_ns_ - started_ns_);
    timeout = std::min(timeout, std::chrono::ceil<std::chrono::milliseconds>(*options_.duration - passed));
  }
  surroundings_.wait(source_.wait_fd(), timeout);
}

void CaptureLoop::on_wait() {
  publish();
  heartbeat_.beat();
}

bool CaptureLoop::on_packet(const Packet& packet) {
  // Before anything else: after a kill, what was read and is nowhere else is what the kill lost.
  worker_.read.store(before_.read + ++frame_number_, kRelaxed);
  if (frame_number_ % kPacketsPerClockReading == 0) refresh_clock();
  record(packet);
  if (!end_ && options_.count && frame_number_ >= *options_.count) end_ = End::kCount;
  return !end_;
}

void CaptureLoop::record(const Packet& packet) {
  if (!packet.link_type) {
    worker_.dropped[static_cast<std::uint32_t>(ring::DropReason::kUnsupported)].store(
        before_.unsupported + ++unsupported_, kRelaxed);
    return;
  }
  const decode::Frame frame{packet.bytes, packet.wire_length, *packet.link_type};
  const std::uint32_t flow = decode::flow_hash(frame);
  ring::LaneWriter& lane = lanes_[std::uint64_t{flow} * lanes_.size() >> 32];
  std::byte* const room = reserve(lane);
  if (room == nullptr) return lane.drop_full();

  decode::RecordBuilder record(room);
  decode::decode(frame, record);
  record::RecordHeader& header = record.header();
  header.frame_number = frame_number_;
  header.timestamp_ns = packet.timestamp_ns;
  header.read_at_ns = now_ns_;
  header.flow_hash = flow;
  header.sampling_weight = 1;
  header.interface_index = interface_index_;
  lane.commit(record.size());
}

std::byte* CaptureLoop::reserve(ring::LaneWriter& lane) {
  std::byte* const room = lane.reserve();
  return room != nullptr || options_.on_full == OnFull::kDrop ? room : wait_for_room(lane);
}

// Room, or nullptr where capture is over before there is any.
std::byte* CaptureLoop::wait_for_room(ring::LaneWriter& lane) {
  std::uint64_t next_log_ns = now_ns_ + kFullLogNs;
  for (;;) {
    publish();
    surroundings_.wait(-1, kFullWait);
    heartbeat_.beat();
    if (std::byte* const room = lane.reserve()) return room;
    if (is_over()) return nullptr;
    if (now_ns_ >= next_log_ns) {
      next_log_ns = now_ns_ + kFullLogNs;
      spdlog::warn("waits for a publisher: a lane of the ring is full (packet {} of {})", frame_number_,
                   source_.interface_name());
    }
  }
}

void CaptureLoop::publish() {
  for (ring::LaneWriter& lane : lanes_) lane.publish();
}

void CaptureLoop::keep_house() {
  next_housekeeping_ns_ = now_ns_ + kHousekeepingNs;
  store_kernel_counters();
}

void CaptureLoop::store_kernel_counters() {
  if (!source_.is_live()) return;
  // Where the kernel does not tell any more, what it told last holds.
  kernel_ = source_.kernel_counters().value_or(kernel_);
  worker_.kernel_received.store(before_.kernel_received + kernel_.received, kRelaxed);
  worker_.kernel_dropped.store(before_.kernel_dropped + kernel_.dropped, kRelaxed);
  worker_.kernel_read.store(before_.kernel_read + frame_number_, kRelaxed);
}

// Nothing more will be read: what the kernel received and neither dropped nor gave us is left behind.
void CaptureLoop::settle_kernel_counters() {
  if (!source_.is_live()) return;
  store_kernel_counters();
  const std::uint64_t accounted = kernel_.dropped + frame_number_;
  const std::uint64_t waiting = kernel_.received > accounted ? kernel_.received - accounted : 0;
  worker_.kernel_waiting.store(before_.kernel_waiting + waiting, kRelaxed);
}

}  // namespace pktferry::capture
