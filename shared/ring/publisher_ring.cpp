// A publisher's side of the directory. What it maps may be written by a hostile peer at any time: every number is
// loaded once and bounded before it is used.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "shared/ring/ring_directory.hpp"
#include "shared/ring/ring_files.hpp"

namespace pktferry::ring {

struct PublisherRing::Files {
  RingPaths paths;
  Mode mode;
  RingLook::Mapped ring;
  CursorsLook::Mapped cursors;
  std::optional<FileLock> registration;
};

namespace {

// How long another publisher may take to register before it is taken for stopped.
constexpr std::chrono::milliseconds kRegistrationPatience{1000};

// Guards the destination and the taking of publisher locks. Bounded, so that a stopped publisher cannot hang the
// others.
OpenFile lock_registration(const RingPaths& paths) {
  auto file = open_file(paths.cursors(), Access::kRead);
  if (!file) throw RingError(paths.cursors().string() + ": is gone; start capture-svc on this ring first");
  const auto deadline = std::chrono::steady_clock::now() + kRegistrationPatience;
  while (flock(file->fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw_ring_error(paths.cursors(), "cannot be locked", errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      throw RingError(paths.cursors().string() +
                      ": another publisher is registering and does not come to an end; "
                      "is it stopped? End it and start again");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::move(*file);
}

}  // namespace

PublisherRing::PublisherRing(std::unique_ptr<Files> files) : files_(std::move(files)) {}
PublisherRing::~PublisherRing() = default;

std::unique_ptr<PublisherRing> PublisherRing::attach(const std::filesystem::path& directory, Mode mode) {
  const RingPaths paths(directory);
  for (const auto& folder : {paths.root, paths.data, paths.state}) {
    if (!check_directory(folder)) return nullptr;
  }
  RingLook look = look_at_ring(paths, Access::kRead);
  if (!look.problem.empty()) {
    throw RingError(paths.ring().string() + ": " + look.problem +
                    "; run a capture-svc of this version on it, it replaces what it cannot use");
  }
  if (!look.ring) return nullptr;
  CursorsLook cursors =
      look_at_cursors(paths, look.ring->view, mode == Mode::kPeek ? Access::kRead : Access::kReadWrite);
  if (!cursors.problem.empty()) {
    throw RingError(paths.cursors().string() + ": " + cursors.problem + "; restart capture-svc, it replaces the ring");
  }
  if (!cursors.cursors) return nullptr;
  auto files =
      std::make_unique<Files>(Files{paths, mode, std::move(*look.ring), std::move(*cursors.cursors), std::nullopt});
  return std::unique_ptr<PublisherRing>(new PublisherRing(std::move(files)));
}

const Geometry& PublisherRing::geometry() const {
  return files_->ring.view.geometry();
}

std::string PublisherRing::ring_id() const {
  return hex_id(files_->ring.view.header().ring_id);
}

std::string PublisherRing::node() const {
  const RingHeader& header = files_->ring.view.header();
  return bounded_text(header.node, sizeof header.node);
}

std::string PublisherRing::interface_name(std::uint16_t index) const {
  const RingHeader& header = files_->ring.view.header();
  // Acquire, partner: CaptureRing::interface_index's release. The names below the count are whole.
  const std::uint64_t count = header.interface_count.load(std::memory_order_acquire);
  if (index >= std::min<std::uint64_t>(count, kMaxInterfaces)) return {};
  return bounded_text(header.interfaces[index], kInterfaceNameSize);
}

void PublisherRing::register_publisher(std::string_view destination) {
  if (destination.size() >= kDestinationSize) {
    throw RingError("destination " + std::string(destination) + ": longer than " +
                    std::to_string(kDestinationSize - 1) +
                    " bytes; name fewer brokers, the others are learnt from them");
  }
  const RingPaths& paths = files_->paths;
  // Held to the end of this function: one publisher at a time looks who lives, claims and takes its lock.
  const OpenFile registering = lock_registration(paths);

  std::optional<std::uint32_t> free_index;
  bool is_alone = true;
  for (std::uint32_t i = 0; i < kMaxPublishers; ++i) {
    if (FileLock::is_held(paths.publisher_lock(i))) {
      is_alone = false;
    } else if (!free_index) {
      free_index = i;
    }
  }
  CursorsHeader& header = files_->cursors.view.header();
  const std::string current = bounded_text(header.destination, sizeof header.destination);
  if (!is_alone && !current.empty() && current != destination) {
    throw RingError(paths.root.string() + ": its records go to " + current +
                    " and a publisher is alive there, so not to " + std::string(destination) +
                    "; end that publisher, use its destination, or only look with --peek");
  }
  if (free_index) files_->registration = FileLock::try_acquire(paths.publisher_lock(*free_index));
  if (!files_->registration) {
    throw RingError(paths.root.string() + ": " + std::to_string(kMaxPublishers) +
                    " publishers are alive, more are not supported; end one");
  }
  if (current != destination) {
    std::memset(header.destination, 0, sizeof header.destination);
    std::memcpy(header.destination, destination.data(), destination.size());
  }
}

std::optional<FileLock> PublisherRing::try_own_lane(std::uint32_t lane) {
  return FileLock::try_acquire(files_->paths.lane_lock(lane));
}

LaneReader PublisherRing::lane_reader(std::uint32_t lane) const {
  const RingView& ring = files_->ring.view;
  LaneCursor& shared = files_->cursors.view.lane(lane);
  const CursorCounts start = cursor(lane);
  const bool is_peek = files_->mode == Mode::kPeek;
  // The last owner was killed between commit()'s two stores: the second is made up for. Relaxed load: we own the lane.
  if (!is_peek && shared.committed_position.load(std::memory_order_relaxed) < start.position) {
    // Release, partner: LaneWriter::ask_cursor's acquire, as in commit().
    shared.committed_position.store(start.position, std::memory_order_release);
  }
  return LaneReader(ring.lane(lane), ring.lane_data(lane), ring.geometry().lane_size, start.position, start.ordinal,
                    is_peek ? &shared.committed_position : nullptr);
}

CursorCounts PublisherRing::cursor(std::uint32_t lane) const {
  return files_->cursors.view.lane(lane).counts.load().value_or(CursorCounts{});
}

void PublisherRing::commit(std::uint32_t lane, const CursorCounts& counts) {
  LaneCursor& shared = files_->cursors.view.lane(lane);
  // First what the next owner starts from. A kill behind this line makes it send nothing again that was acknowledged.
  shared.counts.store(counts);
  // Release, partner: LaneWriter::ask_cursor's acquire. Upholds W1: our reads of the bytes below are over.
  shared.committed_position.store(counts.position, std::memory_order_release);
}

bool PublisherRing::capture_is_alive() const {
  return FileLock::is_held(files_->paths.capture_lock());
}

std::uint64_t PublisherRing::backlog(std::uint32_t lane) const {
  // Relaxed: two numbers for a decision that is taken again; nothing is read through them. The commit first, so that a
  // lane that is drained never looks as if it were ahead of itself.
  const std::uint64_t committed = files_->cursors.view.lane(lane).committed_position.load(std::memory_order_relaxed);
  const std::uint64_t written = files_->ring.view.lane(lane).write_position.load(std::memory_order_relaxed);
  return written > committed ? std::min(written - committed, geometry().lane_size) : 0;
}

bool PublisherRing::is_replaced() const {
  return !files_->ring.file.is_at(files_->paths.ring());
}

}  // namespace pktferry::ring
