// The files of a ring's directory, opened with distrust and mapped: what capture, publishers, reset and ledger
// are made of. Internal to shared/ring.
//
// Files are opened by descriptor once, checked there (never a symbolic link, never a stranger's, never writable by
// everybody) and mapped from that same descriptor, so that nothing can be swapped between check and use.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <boost/interprocess/mapped_region.hpp>

#include "shared/ring/ring_layout.hpp"

namespace pktferry::ring {

// Where everything is.
struct RingPaths {
  // A trailing slash is taken off: with it lstat and O_NOFOLLOW would follow a symbolic link.
  explicit RingPaths(const std::filesystem::path& directory)
      : root(directory.has_filename() ? directory : directory.parent_path()),
        data(root / "data"),
        state(root / "state") {}
  std::filesystem::path ring() const { return data / "ring"; }
  std::filesystem::path new_ring() const { return data / "ring.new"; }
  std::filesystem::path cursors() const { return state / "cursors"; }
  std::filesystem::path new_cursors() const { return state / "cursors.new"; }
  std::filesystem::path capture_lock() const { return data / "capture.lock"; }
  std::filesystem::path lane_lock(std::uint32_t lane) const { return state / numbered("lane-", lane); }
  std::filesystem::path publisher_lock(std::uint32_t index) const { return state / numbered("publisher-", index); }

  std::filesystem::path root;
  std::filesystem::path data;
  std::filesystem::path state;

 private:
  static std::string numbered(const char* prefix, std::uint32_t number) {
    return prefix + std::to_string(number) + ".lock";
  }
};

// An open descriptor, closed on destruction. Always O_CLOEXEC.
class OpenFile {
 public:
  explicit OpenFile(int fd) noexcept : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;
  ~OpenFile();
  int fd() const noexcept { return fd_; }
  int release() && noexcept { return std::exchange(fd_, -1); }
  struct stat status() const;

 private:
  int fd_;
};

enum class Access { kRead, kReadWrite };

// What went wrong with `path`, in one line, with what helps where errno tells. Never returns.
[[noreturn]] void throw_ring_error(const std::filesystem::path& path, const std::string& what, int error);

// Opens an existing regular file; nothing where it does not exist. Throws RingError where it is not one, is not ours or
// root's, may be written by everybody, or may not be opened.
std::optional<OpenFile> open_file(const std::filesystem::path& path, Access access);
// The same for a directory, which is only looked at: false where it does not exist.
bool check_directory(const std::filesystem::path& path);

// A mapping of a whole file. Addresses stay valid for the life of the object, whatever becomes of the name.
class MappedFile {
 public:
  // `size` bytes, which the file must have. Throws RingError.
  MappedFile(const std::filesystem::path& path, const OpenFile& file, Access access, std::uint64_t size);
  std::byte* base() const noexcept { return static_cast<std::byte*>(region_.get_address()); }
  std::uint64_t size() const noexcept { return region_.get_size(); }
  // Whether `path` still names the file that is mapped here.
  bool is_at(const std::filesystem::path& path) const noexcept;

 private:
  boost::interprocess::mapped_region region_;
  dev_t device_;
  ino_t inode_;
};

// Addresses inside a mapped data/ring. `geometry` is a private copy, checked against the mapping's size by who made it;
// the header's own is never asked again.
class RingView {
 public:
  RingView(std::byte* base, const Geometry& geometry) noexcept : base_(base), geometry_(geometry) {}
  const Geometry& geometry() const noexcept { return geometry_; }
  RingHeader& header() const noexcept { return at<RingHeader>(0); }
  WorkerControl& worker(std::uint32_t index) const noexcept {
    return at<WorkerControl>(kWorkersOffset + index * sizeof(WorkerControl));
  }
  LaneControl& lane(std::uint32_t index) const noexcept {
    return at<LaneControl>(lane_controls_offset(geometry_) + index * sizeof(LaneControl));
  }
  std::byte* lane_data(std::uint32_t index) const noexcept { return base_ + lane_data_offset(geometry_, index); }

 private:
  template <typename T>
  T& at(std::uint64_t offset) const noexcept {
    return *static_cast<T*>(static_cast<void*>(base_ + offset));
  }
  std::byte* base_;
  Geometry geometry_;
};

// Addresses inside a mapped state/cursors.
class CursorsView {
 public:
  explicit CursorsView(std::byte* base) noexcept : base_(base) {}
  CursorsHeader& header() const noexcept { return *static_cast<CursorsHeader*>(static_cast<void*>(base_)); }
  LaneCursor& lane(std::uint32_t index) const noexcept {
    return *static_cast<LaneCursor*>(static_cast<void*>(base_ + kCursorsOffset + index * sizeof(LaneCursor)));
  }

 private:
  std::byte* base_;
};

// What looking at data/ring gave.
struct RingLook {
  struct Mapped {
    MappedFile file;
    RingView view;
  };
  std::optional<Mapped> ring;     // whole, and of this version's layout
  std::optional<Mapped> remains;  // else, where they could be read: header and controls, without the lanes' data
  std::string problem;            // else, where there is a file: what is wrong with it, without its path
};
// Checks size, magic, version and geometry on a private copy before anything is mapped. Throws RingError where the file
// may not be used at all (open_file).
RingLook look_at_ring(const RingPaths& paths, Access access);

// What looking at state/cursors gave.
struct CursorsLook {
  struct Mapped {
    MappedFile file;
    CursorsView view;
  };
  std::optional<Mapped> cursors;  // whole, and `ring`'s
  std::string problem;            // else, where it is neither missing nor another ring's: what is wrong with it
};
CursorsLook look_at_cursors(const RingPaths& paths, const RingView& ring, Access access);

// Text of a fixed field, up to its NUL or its end.
std::string bounded_text(const char* field, std::size_t size);
// 32 hex digits.
std::string hex_id(const std::uint8_t (&id)[16]);

// Whether a lane's numbers could have been left by a LaneWriter.
bool is_plausible(const LaneCounts& counts, std::uint64_t write_position, std::uint64_t lane_size) noexcept;
// Whether a cursor could belong to a lane with these counts.
bool is_plausible(const CursorCounts& cursor, const LaneCounts& counts, std::uint64_t lane_size) noexcept;

// What a ring still holds for publishers. Touches header and controls only.
struct Holdings {
  std::uint64_t records = 0;    // written and not committed, as far as it can be told
  bool is_exact = true;         // false where a lane or a cursor makes no sense
  bool are_lanes_sound = true;  // every lane's own numbers make sense
  bool is_drained() const { return is_exact && records == 0; }
};
// `cursors`: nullptr where there are none.
Holdings count_holdings(const RingView& ring, const CursorsView* cursors) noexcept;

}  // namespace pktferry::ring
