// Capture's side of the directory: lock, decide whether the ring that is there can go on, mend what a kill left.
#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "shared/ring/ring_directory.hpp"
#include "shared/ring/ring_files.hpp"
#include "shared/ring/ring_maker.hpp"

namespace pktferry::ring {

struct CaptureRing::Files {
  FileLock lock;  // first: released last
  RingLook::Mapped ring;
  CursorsLook::Mapped cursors;
};

namespace {

constexpr std::string_view kOtherInterfaces = "other";

void check_options(const CaptureOptions& options) {
  const Geometry& g = options.geometry;
  if (!is_valid(g)) {
    throw RingError("ring geometry of " + std::to_string(g.worker_count) + " workers, " + std::to_string(g.lane_count) +
                    " lanes and " + std::to_string(g.lane_size) + " bytes a lane is impossible: workers 1 to " +
                    std::to_string(kMaxWorkers) + ", lanes a multiple of them up to " + std::to_string(kMaxLanes) +
                    ", --lane-mib a power of two from " + std::to_string(kMinLaneSize >> 20) + " to " +
                    std::to_string(kMaxLaneSize >> 20));
  }
  if (options.node.size() >= kNodeNameSize) {
    throw RingError("--node " + options.node + ": longer than " + std::to_string(kNodeNameSize - 1) + " bytes");
  }
}

FileLock lock_directory(const RingPaths& paths, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (auto lock = FileLock::try_acquire(paths.capture_lock())) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= deadline) {
      throw RingError("another capture holds " + paths.root.string() + " (" + paths.capture_lock().string() +
                      " is locked); stop it or choose another --ring");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

std::string describe(const Geometry& g) {
  return std::to_string(g.worker_count) + " workers, " + std::to_string(g.lane_count) + " lanes of " +
         std::to_string(g.lane_size >> 20) + " MiB";
}

std::string describe_loss(const Holdings& holdings) {
  if (holdings.is_exact)
    return std::to_string(holdings.records) + " undelivered records are lost and counted as replaced";
  return "at least " + std::to_string(holdings.records) +
         " undelivered records are lost and counted as replaced, what else it held cannot be told";
}

// Relaxed loads and stores: capture alone writes these words, and holds its lock while it does.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

// Whatever a worker read and neither published nor counted as dropped went with it.
void count_killed(const RingView& ring, std::uint32_t worker_index) {
  WorkerControl& worker = ring.worker(worker_index);
  std::uint64_t accounted = 0;
  for (const auto& reason : worker.dropped) accounted += reason.load(std::memory_order_relaxed);
  for (std::uint32_t lane = worker_index; lane < ring.geometry().lane_count; lane += ring.geometry().worker_count) {
    const LaneCounts counts = ring.lane(lane).counts.load().value_or(LaneCounts{});
    accounted += counts.ordinal + counts.full;
  }
  const std::uint64_t read = worker.read.load(std::memory_order_relaxed);
  if (read > accounted) add(worker.dropped[static_cast<std::uint32_t>(DropReason::kKilled)], read - accounted);
}

void begin_run(const RingView& ring, bool is_drained) {
  RingHeader& header = ring.header();
  const bool was_running = header.running.load(std::memory_order_relaxed) != 0;
  add(header.run_count, 1);
  if (was_running) {
    add(header.unclean_runs, 1);
    for (std::uint32_t worker = 0; worker < ring.geometry().worker_count; ++worker) count_killed(ring, worker);
  }
  // Relaxed: read by the next capture, after this process is gone, and by the ledger as a number of its own.
  header.running.store(1, std::memory_order_relaxed);
  if (is_drained) {  // no undelivered record names an interface
    // Release, partner: PublisherRing::interface_name's acquire. A name is only rewritten behind a count that hides it.
    header.interface_count.store(0, std::memory_order_release);
  }
}

}  // namespace

CaptureRing::CaptureRing(const CaptureOptions& options) {
  check_options(options);
  const RingPaths paths(options.directory);
  const auto group = find_group(options.group);
  make_directories(paths, group);
  make_lock_file(paths.capture_lock(), group);
  FileLock lock = lock_directory(paths, options.lock_patience);

  RingLook look = look_at_ring(paths, Access::kReadWrite);
  CursorsLook cursors;
  Holdings holdings;
  std::uint64_t replaced = 0;
  bool must_make = true;
  const auto& readable = look.ring ? look.ring : look.remains;
  if (readable) {
    cursors = look_at_cursors(paths, readable->view, Access::kReadWrite);
    holdings = count_holdings(readable->view, cursors.cursors ? &cursors.cursors->view : nullptr);
    replaced = readable->view.header().replaced.load(std::memory_order_relaxed);
  } else if (!look.problem.empty()) {
    holdings.is_exact = false;
  }

  if (look.ring && cursors.cursors && holdings.are_lanes_sound) {
    const RingHeader& header = look.ring->view.header();
    const std::string node = bounded_text(header.node, sizeof header.node);
    const bool is_wanted = look.ring->view.geometry() == options.geometry && node == options.node;
    must_make = !is_wanted && holdings.is_drained();
    if (!is_wanted && !must_make) {
      warnings_.push_back(paths.ring().string() + ": still holds undelivered records and keeps its shape (" +
                          describe(look.ring->view.geometry()) + ", node '" + node +
                          "'); once they are delivered, restart capture-svc to change it");
    }
  } else if (look.ring && !holdings.is_drained()) {
    const std::string problem = !holdings.are_lanes_sound ? paths.ring().string() + ": its lanes make no sense"
                                : cursors.problem.empty() ? paths.cursors().string() + ": missing, or another ring's"
                                                          : paths.cursors().string() + ": " + cursors.problem;
    warnings_.push_back(problem + "; the ring is replaced, " + describe_loss(holdings));
  } else if (!look.problem.empty()) {
    warnings_.push_back(paths.ring().string() + ": " + look.problem + "; it is replaced, " + describe_loss(holdings));
  }

  const Geometry geometry = must_make ? options.geometry : look.ring->view.geometry();
  for (std::uint32_t lane = 0; lane < geometry.lane_count; ++lane) make_lock_file(paths.lane_lock(lane), group);
  for (std::uint32_t i = 0; i < kMaxPublishers; ++i) make_lock_file(paths.publisher_lock(i), group);
  if (must_make) {
    look = {};  // gives its pages back
    make_ring(paths, {geometry, options.node, replaced + holdings.records}, group, options.lock_patience);
    look = look_at_ring(paths, Access::kReadWrite);
    if (look.ring) cursors = look_at_cursors(paths, look.ring->view, Access::kReadWrite);
    if (!look.ring || !cursors.cursors) {
      throw RingError(paths.root.string() + ": somebody else changes its files; stop that and start again");
    }
    holdings = {};
  }
  begin_run(look.ring->view, holdings.is_drained());
  files_.reset(new Files{std::move(lock), std::move(*look.ring), std::move(*cursors.cursors)});
}

CaptureRing::~CaptureRing() = default;

const Geometry& CaptureRing::geometry() const {
  return files_->ring.view.geometry();
}

std::string CaptureRing::ring_id() const {
  return hex_id(files_->ring.view.header().ring_id);
}

WorkerControl& CaptureRing::worker(std::uint32_t index) {
  return files_->ring.view.worker(index);
}

LaneWriter CaptureRing::lane_writer(std::uint32_t lane) {
  const RingView& ring = files_->ring.view;
  return LaneWriter(ring.lane(lane), files_->cursors.view.lane(lane), ring.lane_data(lane), ring.geometry().lane_size,
                    ring.header().wild_cursors);
}

std::uint16_t CaptureRing::interface_index(std::string_view name) {
  RingHeader& header = files_->ring.view.header();
  name = name.substr(0, std::min<std::size_t>(name.find('\0'), kInterfaceNameSize - 1));
  // Relaxed: this process alone writes the table. Bounded: an earlier process may have been anybody in the group.
  const std::uint64_t count =
      std::min<std::uint64_t>(header.interface_count.load(std::memory_order_relaxed), kMaxInterfaces);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (bounded_text(header.interfaces[i], kInterfaceNameSize) == name) return static_cast<std::uint16_t>(i);
  }
  if (count == kMaxInterfaces) return kMaxInterfaces - 1;
  if (count == kMaxInterfaces - 1) name = kOtherInterfaces;
  char(&entry)[kInterfaceNameSize] = header.interfaces[count];
  std::memset(entry, 0, sizeof entry);
  std::memcpy(entry, name.data(), name.size());
  // Release, partner: PublisherRing::interface_name's acquire. Publishes the name.
  header.interface_count.store(count + 1, std::memory_order_release);
  return static_cast<std::uint16_t>(count);
}

void CaptureRing::mark_clean() {
  // Release, no partner needed while both live: the next capture and the ledger read it, after the counters it vouches
  // for.
  files_->ring.view.header().running.store(0, std::memory_order_release);
}

}  // namespace pktferry::ring
