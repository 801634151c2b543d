// flock(2) on files that are never unlinked: the kernel lets go when the holder ends, however it ends, and across
// containers. POSIX record locks (fcntl, Boost's file_lock) are lost when any other descriptor of the file is closed.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "shared/ring/ring_directory.hpp"
#include "shared/ring/ring_files.hpp"

namespace pktferry::ring {
namespace {

// False where somebody else's lock is in the way.
bool lock_now(int fd, int operation, const std::filesystem::path& file) {
  while (flock(fd, operation | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw_ring_error(file, "cannot be locked", errno);
  }
  return true;
}

}  // namespace

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);  // now, not when `other` ends: somebody may wait for it
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}
FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

// Read access is enough for flock, an exclusive one too: data is mounted read-only for publishers.
std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& file) {
  auto opened = open_file(file, Access::kRead);
  if (!opened) throw RingError(file.string() + ": the lock file is missing; start capture-svc on this ring first");
  if (!lock_now(opened->fd(), LOCK_EX, file)) return std::nullopt;
  return FileLock(std::move(*opened).release());
}

bool FileLock::is_held(const std::filesystem::path& file) {
  const auto opened = open_file(file, Access::kRead);
  return opened && !lock_now(opened->fd(), LOCK_SH, file);
}

}  // namespace pktferry::ring
