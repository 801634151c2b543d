#include "publisher-svc/lane_owner.hpp"

#include <algorithm>
#include <utility>

#include "shared/ring/ledger.hpp"
#include "shared/service/log.hpp"

namespace pktferry::publisher {

LaneOwner::LaneOwner(std::filesystem::path directory, Mode mode, std::string destination)
    : directory_(std::move(directory)), mode_(mode), destination_(std::move(destination)) {}

LaneOwner::Change LaneOwner::look(Clock::time_point now) {
  if (now < next_look_) return Change::kNone;
  next_look_ = now + kLookInterval;
  if (ring_ != nullptr) {
    if (ring_->is_replaced()) return Change::kReplaced;
    take_free_lanes();
    return Change::kNone;
  }
  auto ring = ring::PublisherRing::attach(directory_, mode_);
  if (ring == nullptr) {
    if (!has_said_waiting_) spdlog::info("waiting for capture to create {}", directory_.string());
    has_said_waiting_ = true;
    return Change::kNone;
  }
  if (!is_peeking()) ring->register_publisher(destination_);
  ring_ = std::move(ring);
  has_said_waiting_ = false;
  take_free_lanes();
  spdlog::info("attached to ring {} of node \"{}\" in {}: {} of {} lanes {}", ring_->ring_id(), ring_->node(),
               directory_.string(), lanes_.size(), ring_->geometry().lane_count, is_peeking() ? "peeked at" : "owned");
  return Change::kAttached;
}

void LaneOwner::take_free_lanes() {
  if (lanes_.size() == ring_->geometry().lane_count) return;
  for (std::uint32_t index = 0; index < ring_->geometry().lane_count; ++index) {
    const bool is_ours =
        std::any_of(lanes_.begin(), lanes_.end(), [=](const auto& lane) { return lane->index == index; });
    if (is_ours) continue;
    std::optional<ring::FileLock> lock;
    if (!is_peeking()) {
      lock = ring_->try_own_lane(index);
      if (!lock) continue;
    }
    // Only now: the lane's last owner may have moved its cursor until it let go.
    lanes_.push_back(std::make_unique<OwnedLane>(OwnedLane{
        .index = index, .lock = std::move(lock), .reader = ring_->lane_reader(index), .counts = ring_->cursor(index)}));
    OwnedLane& lane = *lanes_.back();
    lane.counts.position = lane.reader.position();  // while peeking, the owner may be moving the cursor now
    lane.counts.ordinal = lane.reader.ordinal();
  }
}

std::uint64_t LaneOwner::capture_runs() const {
  try {
    return ring::read_ledger(directory_).runs;
  } catch (const ring::RingError&) {
    return 0;
  }
}

void LaneOwner::commit(OwnedLane& lane) {
  if (!is_peeking()) ring_->commit(lane.index, lane.counts);
  lane.is_uncommitted = false;
}

void LaneOwner::release() {
  lanes_.clear();
  ring_.reset();
  next_look_ = {};
}

}  // namespace pktferry::publisher
