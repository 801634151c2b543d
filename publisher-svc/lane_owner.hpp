// Which lanes of the ring this publisher holds, and the ring itself: waits for it, attaches, takes every lane that is
// free, and notices when the directory holds another ring. Runs in the publish loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/ring/ring_directory.hpp"

namespace pktferry::publisher {

// A lane with all that is known about it here.
struct OwnedLane {
  std::uint32_t index;
  std::optional<ring::FileLock> lock;  // nothing while peeking
  ring::LaneReader reader;             // ahead of `counts` by what is in flight
  ring::CursorCounts counts;           // delivered or given up; ahead of the ring's cursor until commit()
  bool is_uncommitted = false;         // counts are
  std::uint64_t read_until = std::numeric_limits<std::uint64_t>::max();  // position at which reading stops
};

class LaneOwner {
 public:
  using Clock = std::chrono::steady_clock;
  using Mode = ring::PublisherRing::Mode;

  // How often look() asks the file system: a killed publisher's lanes are taken over within this time.
  static constexpr std::chrono::milliseconds kLookInterval{200};

  enum class Change {
    kNone,
    kAttached,  // there is a ring now where there was none
    kReplaced,  // the directory's ring is another one: release() when nothing is in flight
  };

  // `destination`: MessageSink::destination(), which the ring remembers.
  LaneOwner(std::filesystem::path directory, Mode mode, std::string destination);

  // Does what is due. Throws ring::RingError where the ring cannot be used, or another publisher lives with another
  // destination.
  Change look(Clock::time_point now);

  // Nothing until attached.
  ring::PublisherRing* ring() { return ring_.get(); }
  std::span<const std::unique_ptr<OwnedLane>> lanes() const { return lanes_; }
  bool is_peeking() const { return mode_ == Mode::kPeek; }
  const std::filesystem::path& directory() const { return directory_; }

  // How many captures the directory's ring has seen; 0 where that cannot be told.
  std::uint64_t capture_runs() const;

  // Stores the lane's counts in the ring, where it is owned.
  void commit(OwnedLane& lane);

  // Gives lanes and ring up; pointers to lanes end here. The next look() attaches again.
  void release();

 private:
  void take_free_lanes();

  const std::filesystem::path directory_;
  const Mode mode_;
  const std::string destination_;
  std::unique_ptr<ring::PublisherRing> ring_;
  std::vector<std::unique_ptr<OwnedLane>> lanes_;  // behind ring_: the readers point into its mapping
  Clock::time_point next_look_{};
  bool has_said_waiting_ = false;
};

}  // namespace pktferry::publisher
