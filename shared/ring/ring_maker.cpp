// Modes are set explicitly, whatever the umask. Every file gets its name only when it is whole: made under another one,
// filled, renamed.
#include "shared/ring/ring_maker.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include "shared/ring/ring_directory.hpp"

namespace pktferry::ring {
namespace {

constexpr mode_t kDirectoryMode = 02770;  // set-group-id: what is made inside belongs to the same group
constexpr mode_t kFileMode = 0660;

std::string octal(mode_t mode) {
  char text[8];
  const auto end = std::to_chars(text, text + sizeof text, static_cast<unsigned>(mode), 8).ptr;
  return {text, end};
}

// By descriptor, so that nothing can be swapped in between. Only what is ours can be changed; what is root's is root's.
void set_access(const std::filesystem::path& path, const OpenFile& file, mode_t mode, std::optional<gid_t> group) {
  const struct stat status = file.status();
  if (status.st_uid != geteuid()) return;
  if (group && status.st_gid != *group && fchown(file.fd(), static_cast<uid_t>(-1), *group) != 0) {
    throw_ring_error(path, "cannot be given to group " + std::to_string(*group) + " (we must be a member of it)",
                     errno);
  }
  if ((file.status().st_mode & 07777) != mode && fchmod(file.fd(), mode) != 0) {
    throw_ring_error(path, "cannot be given mode " + octal(mode), errno);
  }
}

void make_directory(const std::filesystem::path& path, bool is_ours, std::optional<gid_t> group) {
  const bool is_new = mkdir(path.c_str(), 0770) == 0;
  if (!is_new && errno != EEXIST) throw_ring_error(path, "cannot be created", errno);
  check_directory(path);
  const OpenFile directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (directory.fd() < 0) throw_ring_error(path, "cannot be opened", errno);
  // An empty one that is ours may be what a capture left that was killed right after mkdir.
  std::error_code unreadable;
  if (is_new || is_ours || std::filesystem::is_empty(path, unreadable))
    set_access(path, directory, kDirectoryMode, group);
}

// What posix_fallocate says: 0 or an error number. Not ftruncate: on a full tmpfs that succeeds and the first touch is
// SIGBUS.
int allocate(const OpenFile& file, std::uint64_t size) {
  int error = 0;
  do {
    error = posix_fallocate(file.fd(), 0, static_cast<off_t>(size));
  } while (error == EINTR);
  return error;
}

// A new, empty file in place of whatever is there.
OpenFile make_file(const std::filesystem::path& path, std::optional<gid_t> group) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) throw_ring_error(path, "cannot be removed", errno);
  OpenFile file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (file.fd() < 0) throw_ring_error(path, "cannot be created", errno);
  set_access(path, file, kFileMode, group);
  return file;
}

[[noreturn]] void throw_no_room(const RingPaths& paths, const Geometry& geometry, int error) {
  struct statvfs room {};
  const std::uint64_t free_bytes = statvfs(paths.data.c_str(), &room) == 0 ? room.f_bavail * room.f_frsize : 0;
  throw RingError(paths.ring().string() + ": no room for " + std::to_string(geometry.lane_count) + " lanes of " +
                  std::to_string(geometry.lane_size >> 20) + " MiB, " + std::to_string(ring_file_size(geometry)) +
                  " bytes (" + std::to_string(free_bytes) + " are free): " + std::strerror(error) +
                  "; use a smaller --lane-mib or --lanes, or a larger file system");
}

// Whether an allocation's failure may be cured by giving back the old ring's pages.
bool is_out_of_room(int error) {
  return error == ENOSPC || error == EDQUOT;
}

// A file of zeros with its pages allocated; nothing, and its error number, where there is no room.
std::optional<OpenFile> make_zeros(const std::filesystem::path& path, std::uint64_t size, std::optional<gid_t> group,
                                   int& error) {
  OpenFile file = make_file(path, group);
  error = allocate(file, size);
  if (error == 0) return file;
  unlink(path.c_str());
  return std::nullopt;
}

void fill_random(std::uint8_t (&id)[16]) {
  while (getrandom(id, sizeof id, 0) != sizeof id) {
    if (errno != EINTR) throw RingError(std::string("no random numbers for the ring's id: ") + std::strerror(errno));
  }
}

void rename_to(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (rename(from.c_str(), to.c_str()) != 0) throw_ring_error(to, "cannot be replaced", errno);
}

}  // namespace

std::optional<gid_t> find_group(const std::optional<std::string>& group) {
  if (!group) return std::nullopt;
  std::vector<char> buffer(1 << 16);
  struct group entry {};
  struct group* found = nullptr;
  if (getgrnam_r(group->c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return entry.gr_gid;
  }
  gid_t number = 0;
  const char* const end = group->data() + group->size();
  const auto parsed = std::from_chars(group->data(), end, number);
  if (parsed.ec == std::errc() && parsed.ptr == end && number != static_cast<gid_t>(-1)) return number;
  throw RingError("--group " + *group + ": there is no such group; name an existing one or give its number");
}

void make_directories(const RingPaths& paths, std::optional<gid_t> group) {
  make_directory(paths.root, false, group);
  make_directory(paths.data, true, group);
  make_directory(paths.state, true, group);
}

void make_lock_file(const std::filesystem::path& path, std::optional<gid_t> group) {
  const OpenFile created(open(path.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, kFileMode));
  if (created.fd() < 0) throw_ring_error(path, "cannot be created", errno);
  const auto file = open_file(path, Access::kRead);  // checks what was there already
  if (file) set_access(path, *file, kFileMode, group);
}

void make_ring(const RingPaths& paths, const NewRing& ring, std::optional<gid_t> group,
               std::chrono::milliseconds patience) {
  const std::uint64_t ring_size = ring_file_size(ring.geometry);
  const std::uint64_t cursors_size = cursors_file_size(ring.geometry);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  bool was_old_removed = false;
  std::optional<OpenFile> ring_file;
  std::optional<OpenFile> cursors_file;
  for (;;) {
    int error = 0;
    ring_file = make_zeros(paths.new_ring(), ring_size, group, error);
    if (ring_file) cursors_file = make_zeros(paths.new_cursors(), cursors_size, group, error);
    if (ring_file && cursors_file) break;
    ring_file.reset();
    unlink(paths.new_ring().c_str());
    // The caller has found that the old ring has nothing to lose.
    if (is_out_of_room(error) && unlink(paths.ring().c_str()) == 0) {
      was_old_removed = true;
    } else if (is_out_of_room(error) && was_old_removed && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    } else {
      throw_no_room(paths, ring.geometry, error);
    }
  }

  MappedFile ring_map(paths.new_ring(), *ring_file, Access::kReadWrite, ring_size);
  MappedFile cursors_map(paths.new_cursors(), *cursors_file, Access::kReadWrite, cursors_size);
  RingHeader& header = RingView(ring_map.base(), ring.geometry).header();
  header.magic = kRingMagic;
  header.layout_version = kLayoutVersion;
  header.header_size = sizeof(RingHeader);
  header.geometry = ring.geometry;
  fill_random(header.ring_id);
  std::memcpy(header.node, ring.node.data(), ring.node.size());
  // Relaxed: nobody sees the file yet; rename() publishes it.
  header.replaced.store(ring.replaced, std::memory_order_relaxed);
  CursorsHeader& cursors = CursorsView(cursors_map.base()).header();
  cursors.magic = kCursorsMagic;
  cursors.layout_version = kLayoutVersion;
  cursors.lane_count = ring.geometry.lane_count;
  std::memcpy(cursors.ring_id, header.ring_id, sizeof cursors.ring_id);

  // A kill between the two leaves a new, empty ring with another ring's cursors: publishers wait, and the next capture
  // sees that it held nothing. The other order could leave an old ring whose cursors are gone.
  rename_to(paths.new_ring(), paths.ring());
  rename_to(paths.new_cursors(), paths.cursors());
}

}  // namespace pktferry::ring
