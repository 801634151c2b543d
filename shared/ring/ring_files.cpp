// Opening, checking and mapping: every system call on a ring's files but the locks and their creation.
#include "shared/ring/ring_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/interprocess/detail/os_file_functions.hpp>
#include <boost/interprocess/exceptions.hpp>

#include "shared/ring/ring_directory.hpp"

namespace pktferry::ring {
namespace {

std::string remedy(int error) {
  switch (error) {
    case EACCES:
    case EPERM: return "; run as the ring's owner or as a member of its group";
    case EROFS: return "; mount it read-write";
    case ELOOP: return "; symbolic links are refused, remove it";
    case ENOENT: return "; create its parent directory first";
    default: return "";
  }
}

// Nothing that a stranger could have put there.
void check_owner(const std::filesystem::path& path, const struct stat& status) {
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    throw RingError(path.string() + ": owned by uid " + std::to_string(status.st_uid) +
                    ", which is neither root nor us (" + std::to_string(geteuid()) +
                    "); remove it, run as its owner, or choose another --ring");
  }
  if ((status.st_mode & S_IWOTH) != 0) {
    throw RingError(path.string() + ": everybody may write to it; run 'chmod o-w " + path.string() +
                    "' or choose another --ring");
  }
}

// The part of RingHeader that never changes, read into private memory.
struct RingPrefix {
  std::uint64_t magic;
  std::uint32_t layout_version;
  std::uint32_t header_size;
  Geometry geometry;
};
static_assert(offsetof(RingPrefix, geometry) == offsetof(RingHeader, geometry));
static_assert(offsetof(RingPrefix, header_size) == offsetof(RingHeader, header_size));

// `size` bytes from the start of the file; false where it has fewer.
bool read_start(const OpenFile& file, void* to, std::size_t size) {
  ssize_t got = 0;
  do {
    got = pread(file.fd(), to, size, 0);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(size);
}

// Boost maps anything that can name a descriptor.
struct Mappable {
  int fd;
  boost::interprocess::mapping_handle_t get_mapping_handle() const {
    return boost::interprocess::ipcdetail::mapping_handle_from_file_handle(fd);
  }
};

}  // namespace

OpenFile::OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
OpenFile::~OpenFile() {
  if (fd_ >= 0) close(fd_);
}

struct stat OpenFile::status() const {
  struct stat status {};
  fstat(fd_, &status);  // cannot fail on a descriptor that is open
  return status;
}

void throw_ring_error(const std::filesystem::path& path, const std::string& what, int error) {
  throw RingError(path.string() + ": " + what + ": " + std::strerror(error) + remedy(error));
}

std::optional<OpenFile> open_file(const std::filesystem::path& path, Access access) {
  // O_NONBLOCK: opening a FIFO that somebody put there must not hang.
  const int mode = (access == Access::kRead ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  OpenFile file(open(path.c_str(), mode));
  if (file.fd() < 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_ring_error(path, "cannot be opened", errno);
  }
  const struct stat status = file.status();
  if (!S_ISREG(status.st_mode)) throw RingError(path.string() + ": not a regular file; remove it");
  check_owner(path, status);
  return file;
}

bool check_directory(const std::filesystem::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    throw_ring_error(path, "cannot be looked at", errno);
  }
  if (S_ISLNK(status.st_mode)) throw RingError(path.string() + ": symbolic links are refused; name the real directory");
  if (!S_ISDIR(status.st_mode))
    throw RingError(path.string() + ": not a directory; remove it or choose another --ring");
  check_owner(path, status);
  return true;
}

MappedFile::MappedFile(const std::filesystem::path& path, const OpenFile& file, Access access, std::uint64_t size) try
    : region_(Mappable{file.fd()},
              access == Access::kRead ? boost::interprocess::read_only : boost::interprocess::read_write, 0,
              static_cast<std::size_t>(size)),
      device_(file.status().st_dev),
      inode_(file.status().st_ino) {
} catch (const boost::interprocess::interprocess_exception& e) {
  throw RingError(path.string() + ": cannot be mapped (" + std::to_string(size) + " bytes): " + e.what());
}

bool MappedFile::is_at(const std::filesystem::path& path) const noexcept {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

RingLook look_at_ring(const RingPaths& paths, Access access) {
  RingLook look;
  const auto file = open_file(paths.ring(), access);
  if (!file) return look;
  const auto size = static_cast<std::uint64_t>(file->status().st_size);

  RingPrefix prefix;
  if (!read_start(*file, &prefix, sizeof prefix)) {
    look.problem = "is too short for a ring (" + std::to_string(size) + " bytes)";
  } else if (prefix.magic != kRingMagic) {
    look.problem = "is not a ring";
  } else if (prefix.layout_version != kLayoutVersion) {
    look.problem = "has layout version " + std::to_string(prefix.layout_version) + ", this program reads " +
                   std::to_string(kLayoutVersion);
  } else if (prefix.header_size != sizeof(RingHeader) || !is_valid(prefix.geometry)) {
    look.problem = "has an impossible header";
  } else if (size != ring_file_size(prefix.geometry)) {
    look.problem =
        "is " + std::to_string(size) + " bytes long instead of " + std::to_string(ring_file_size(prefix.geometry));
    const std::uint64_t controls_end = lane_data_offset(prefix.geometry, 0);
    if (size >= controls_end) {
      MappedFile remains(paths.ring(), *file, access, controls_end);
      const RingView view(remains.base(), prefix.geometry);
      look.remains.emplace(RingLook::Mapped{std::move(remains), view});
    }
  } else {
    MappedFile mapped(paths.ring(), *file, access, size);
    const RingView view(mapped.base(), prefix.geometry);
    look.ring.emplace(RingLook::Mapped{std::move(mapped), view});
  }
  return look;
}

CursorsLook look_at_cursors(const RingPaths& paths, const RingView& ring, Access access) {
  CursorsLook look;
  const auto file = open_file(paths.cursors(), access);
  if (!file) return look;
  const auto size = static_cast<std::uint64_t>(file->status().st_size);
  CursorsHeader header;
  if (!read_start(*file, &header, sizeof header)) {
    look.problem = "is too short for cursors (" + std::to_string(size) + " bytes)";
  } else if (header.magic != kCursorsMagic || header.layout_version != kLayoutVersion) {
    look.problem = "is not this version's cursors";
  } else if (std::memcmp(header.ring_id, ring.header().ring_id, sizeof header.ring_id) != 0) {
    return look;  // another ring's: one of the two is about to be replaced
  } else if (header.lane_count != ring.geometry().lane_count || size != cursors_file_size(ring.geometry())) {
    look.problem = "does not fit its ring (" + std::to_string(size) + " bytes)";
  } else {
    MappedFile mapped(paths.cursors(), *file, access, size);
    const CursorsView view(mapped.base());
    look.cursors.emplace(CursorsLook::Mapped{std::move(mapped), view});
  }
  return look;
}

std::string bounded_text(const char* field, std::size_t size) {
  return {field, strnlen(field, size)};
}

std::string hex_id(const std::uint8_t (&id)[16]) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : id) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool is_plausible(const LaneCounts& counts, std::uint64_t write_position, std::uint64_t lane_size) noexcept {
  return counts.position - write_position <= lane_size && counts.position % record::kRecordAlignment == 0 &&
         counts.sequence >= counts.ordinal && counts.sequence - counts.ordinal >= counts.full;
}

bool is_plausible(const CursorCounts& cursor, const LaneCounts& counts, std::uint64_t lane_size) noexcept {
  return counts.position - cursor.position <= lane_size && cursor.position % record::kRecordAlignment == 0 &&
         cursor.ordinal <= counts.ordinal;
}

Holdings count_holdings(const RingView& ring, const CursorsView* cursors) noexcept {
  Holdings holdings;
  const std::uint64_t lane_size = ring.geometry().lane_size;
  for (std::uint32_t lane = 0; lane < ring.geometry().lane_count; ++lane) {
    const LaneControl& control = ring.lane(lane);
    // Acquire, partner: LaneWriter::publish's release. Before the counts, which then are not behind it (W2).
    const std::uint64_t write_position = control.write_position.load(std::memory_order_acquire);
    const auto counts = control.counts.load();
    if (!counts || !is_plausible(*counts, write_position, lane_size)) {
      holdings.is_exact = holdings.are_lanes_sound = false;
    } else if (counts->ordinal == 0) {
      continue;  // nothing was ever written: no cursor is needed to know that
    } else if (cursors == nullptr) {
      holdings.is_exact = false;
    } else {
      // The snapshot, not committed_position: a killed owner may not have got to store that one.
      const auto cursor = cursors->lane(lane).counts.load();
      if (cursor && is_plausible(*cursor, *counts, lane_size)) {
        holdings.records += counts->ordinal - cursor->ordinal;
      } else {
        holdings.is_exact = false;
      }
    }
  }
  return holdings;
}

}  // namespace pktferry::ring
