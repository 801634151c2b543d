// Adds up what the control blocks and the cursors hold. Read-only: works on a ring in use, on one at rest, and as any
// user who may read it.
#include "shared/ring/ledger.hpp"

#include <algorithm>

#include "shared/ring/ring_directory.hpp"
#include "shared/ring/ring_files.hpp"

namespace pktferry::ring {
namespace {

// Relaxed throughout: each counter is whole by itself, and the order in which they are loaded below keeps the
// differences from going negative while the ring is in use.
std::uint64_t get(const std::atomic<std::uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

// Wraps as the counters do, so that a surplus comes out negative.
std::int64_t difference(std::uint64_t whole, std::uint64_t parts) {
  return static_cast<std::int64_t>(whole - parts);
}

LaneLedger add_lane(Ledger& ledger, const LaneCursor& shared_cursor, const LaneControl& control) {
  // The cursor first: what is written meanwhile then counts as waiting.
  const CursorCounts cursor = shared_cursor.counts.load().value_or(CursorCounts{});
  const LaneCounts counts = control.counts.load().value_or(LaneCounts{});
  LaneLedger lane;
  lane.written = counts.ordinal;
  lane.full = counts.full;
  lane.delivered = cursor.delivered;
  lane.corrupt = cursor.corrupt;
  for (std::uint32_t reason = 0; reason < kReasonSlots; ++reason) {
    lane.failed += cursor.failed[reason];
    if (reason < kFailReasonCount) ledger.failed[reason] += cursor.failed[reason];
  }
  if (counts.ordinal > cursor.ordinal) lane.in_ring = counts.ordinal - cursor.ordinal;
  if (counts.position > cursor.position) lane.in_ring_bytes = counts.position - cursor.position;
  return lane;
}

}  // namespace

std::string_view label(DropReason reason) {
  switch (reason) {
    case DropReason::kUnsupported: return "unsupported";
    case DropReason::kFull: return "full";
    case DropReason::kKilled: return "killed";
  }
  return "unknown";
}

std::string_view label(FailReason reason) {
  switch (reason) {
    case FailReason::kTooLarge: return "too_large";
    case FailReason::kInvalidTimestamp: return "invalid_timestamp";
    case FailReason::kInvalidRecord: return "invalid_record";
  }
  return "unknown";
}

std::int64_t Ledger::kernel_unexplained() const {
  return difference(kernel_received, kernel_read + kernel_dropped + kernel_waiting);
}

std::int64_t Ledger::read_unexplained() const {
  std::uint64_t parts = written;
  for (const std::uint64_t count : dropped) parts += count;
  return difference(read, parts);
}

std::int64_t Ledger::written_unexplained() const {
  std::uint64_t parts = delivered + corrupt + replaced + in_ring;
  for (const std::uint64_t count : failed) parts += count;
  return difference(written, parts);
}

Ledger read_ledger(const std::filesystem::path& directory) {
  const RingPaths paths(directory);
  for (const auto& folder : {paths.root, paths.data, paths.state}) {
    if (!check_directory(folder)) throw RingError(paths.root.string() + ": there is no ring; start capture-svc on it");
  }
  const RingLook look = look_at_ring(paths, Access::kRead);
  if (!look.ring) {
    throw RingError(paths.ring().string() + ": " +
                    (look.problem.empty() ? "there is no ring; start capture-svc on it" : look.problem));
  }
  const RingView& ring = look.ring->view;
  const CursorsLook cursors = look_at_cursors(paths, ring, Access::kRead);
  if (!cursors.cursors) {
    throw RingError(paths.cursors().string() + ": " +
                    (cursors.problem.empty() ? "missing, or another ring's; start capture-svc, it replaces the ring"
                                             : cursors.problem));
  }

  const RingHeader& header = ring.header();
  Ledger ledger;
  ledger.ring_id = hex_id(header.ring_id);
  ledger.node = bounded_text(header.node, sizeof header.node);
  const CursorsHeader& cursors_header = cursors.cursors->view.header();
  ledger.destination = bounded_text(cursors_header.destination, sizeof cursors_header.destination);
  ledger.geometry = ring.geometry();
  ledger.capturing = FileLock::is_held(paths.capture_lock());
  for (std::uint32_t i = 0; i < kMaxPublishers; ++i) {
    if (FileLock::is_held(paths.publisher_lock(i))) ++ledger.publishers;
  }
  ledger.runs = get(header.run_count);
  ledger.unclean_runs = get(header.unclean_runs);
  ledger.wild_cursors = get(header.wild_cursors);
  ledger.replaced = get(header.replaced);

  // Lanes before workers: a packet is counted as read before anything else becomes of it.
  for (std::uint32_t i = 0; i < ring.geometry().lane_count; ++i) {
    LaneLedger lane = add_lane(ledger, cursors.cursors->view.lane(i), ring.lane(i));
    lane.owned = FileLock::is_held(paths.lane_lock(i));
    ledger.written += lane.written;
    ledger.dropped[static_cast<std::uint32_t>(DropReason::kFull)] += lane.full;
    ledger.delivered += lane.delivered;
    ledger.corrupt += lane.corrupt;
    ledger.in_ring += lane.in_ring;
    ledger.lanes.push_back(lane);
  }
  for (std::uint32_t i = 0; i < ring.geometry().worker_count; ++i) {
    const WorkerControl& worker = ring.worker(i);
    for (std::uint32_t reason = 0; reason < kDropReasonCount; ++reason) {
      ledger.dropped[reason] += get(worker.dropped[reason]);
    }
    ledger.kernel_waiting += get(worker.kernel_waiting);
    ledger.kernel_dropped += get(worker.kernel_dropped);
    ledger.kernel_read += get(worker.kernel_read);
    ledger.kernel_received += get(worker.kernel_received);
    ledger.read += get(worker.read);
  }
  // A replaced ring's undelivered records were read and written, and this ring's counters do not know of them.
  ledger.read += ledger.replaced;
  ledger.written += ledger.replaced;
  return ledger;
}

}  // namespace pktferry::ring
