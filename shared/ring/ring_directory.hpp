// The directory of a ring: makes, finds, checks and locks its files. The only user of Boost.Interprocess and flock.
//
//   DIR/data/ring, DIR/data/capture.lock          written by capture, read-only for publishers
//   DIR/state/cursors, DIR/state/lane-N.lock,     created by capture, written by publishers
//   DIR/state/publisher-N.lock
//
// Directories are 2770, files 0660, of capture's group or the one asked for. Symbolic links, and anything owned by
// somebody who is neither root nor us, are refused. Locks are flock on never-unlinked files, opened O_CLOEXEC: they
// end with the process, however it ends.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "shared/ring/ring_layout.hpp"
#include "shared/ring/ring_reader.hpp"
#include "shared/ring/ring_writer.hpp"

namespace pktferry::ring {

inline constexpr const char* kDefaultDirectory = "/dev/shm/pktferry";

// Start-up failure: names the path, what is wrong and what helps. The message is one line.
class RingError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// An exclusive flock held until destruction.
class FileLock {
 public:
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();
  // Nothing where somebody else holds it. Throws RingError where the file cannot be opened.
  static std::optional<FileLock> try_acquire(const std::filesystem::path& file);
  // Whether somebody holds it now: a shared, non-blocking probe, so that probers do not meet each other. A taker may
  // meet one, and then has to try again. A file that is missing is held by nobody.
  static bool is_held(const std::filesystem::path& file);

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

struct CaptureOptions {
  std::filesystem::path directory = kDefaultDirectory;
  Geometry geometry{1, 4, 8u << 20};
  std::string node;                  // at most kNodeNameSize - 1 bytes
  std::optional<std::string> group;  // name or number of the group that publishers share
  std::chrono::milliseconds lock_patience{5000};
};

// Capture's side: one process at a time, from attach to destruction. Thread rights: construction, interface_index and
// mark_clean by one thread; each worker's counters and each lane's writer by the one thread that owns them.
class CaptureRing {
 public:
  // Locks the directory, creates or re-attaches the ring, repairs what a kill left (LaneWriter W2, DropReason::kKilled,
  // unclean_runs). A ring with undrained records keeps its geometry and node; `warnings()` says so. A drained one is
  // replaced where either differs, an unreadable one always. Throws RingError: somebody else captures; no room (ENOSPC,
  // before any touch); a stranger's file; not permitted.
  explicit CaptureRing(const CaptureOptions& options);
  ~CaptureRing();
  CaptureRing(const CaptureRing&) = delete;
  CaptureRing& operator=(const CaptureRing&) = delete;

  // For the log, one line each.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const Geometry& geometry() const;
  std::string ring_id() const;  // 32 hex digits

  WorkerControl& worker(std::uint32_t index);
  // A writer that takes up where the lane was left. One per lane at a time.
  LaneWriter lane_writer(std::uint32_t lane);
  // The index of the interface's name in the table, added where it is new. Names are cut to kInterfaceNameSize - 1
  // bytes; the last entry is "other", which every name shares that comes after it. The table starts over when a capture
  // attaches to a ring that is wholly delivered.
  std::uint16_t interface_index(std::string_view name);
  // Marks the run as ended in order; the kernel's counters are then complete.
  void mark_clean();

 private:
  struct Files;
  std::unique_ptr<Files> files_;
  std::vector<std::string> warnings_;
};

// A publisher's side. Maps data read-only and state read-write (`peek`: read-only too).
class PublisherRing {
 public:
  enum class Mode { kDeliver, kPeek };

  // Attaches to a ready ring. Nothing where there is none yet (not created, or being created): try again later.
  // Throws RingError where there is one that cannot be used: a stranger's, another layout version, truncated, not
  // permitted. Never waits.
  static std::unique_ptr<PublisherRing> attach(const std::filesystem::path& directory, Mode mode);
  ~PublisherRing();

  const Geometry& geometry() const;
  std::string ring_id() const;
  std::string node() const;
  // "" where the index is not in the table. Bounded and NUL-safe whatever the writer did. Ask again for each record, or
  // after an idle while: a later capture may start the table over once nothing is undelivered.
  std::string interface_name(std::uint16_t index) const;

  // Takes one of the publisher-N locks for the life of this object, then claims the destination. Throws RingError
  // naming both destinations where another publisher lives with another one.
  void register_publisher(std::string_view destination);

  // The lane's lock, where nobody holds it.
  std::optional<FileLock> try_own_lane(std::uint32_t lane);
  // A reader at the committed position, which is the oldest record that is certainly there. In kDeliver only the lane's
  // owner may call it: it also stores the committed position that a killed owner had counted and not yet stored. A
  // cursor that cannot be makes the reader skip to the writer. In kPeek the reader notices when it is overtaken.
  LaneReader lane_reader(std::uint32_t lane) const;
  CursorCounts cursor(std::uint32_t lane) const;
  // Stores the counts, then the position: W1's partner. Only the lane's owner may call it.
  void commit(std::uint32_t lane, const CursorCounts& counts);

  // Whether capture runs now (it holds its lock).
  bool capture_is_alive() const;
  // Bytes between the committed and the published position of a lane.
  std::uint64_t backlog(std::uint32_t lane) const;
  // Whether the directory's ring is no longer the one that is mapped here.
  bool is_replaced() const;

 private:
  struct Files;
  explicit PublisherRing(std::unique_ptr<Files> files);
  std::unique_ptr<Files> files_;
};

// Removes the ring of a directory that neither capture nor a publisher holds; its undrained records are lost, and
// their number is returned where it could be read. Throws RingError where somebody holds it or there is none.
std::optional<std::uint64_t> reset(const std::filesystem::path& directory);

// From here on SIGBUS (a peer truncated a mapped file) ends the process with exit code 1 and one line on stderr.
void exit_on_sigbus();

}  // namespace pktferry::ring
