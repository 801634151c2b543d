// `capture-svc reset`: takes a ring away that nobody holds, so that its memory is given back.
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "shared/ring/ring_directory.hpp"
#include "shared/ring/ring_files.hpp"

namespace pktferry::ring {
namespace {

// Taken and kept, so that nobody starts while the files go.
void take(std::vector<FileLock>& locks, const std::filesystem::path& file, const RingPaths& paths,
          const std::string& holder) {
  if (!std::filesystem::exists(std::filesystem::symlink_status(file))) return;  // then nobody holds it
  auto lock = FileLock::try_acquire(file);
  if (!lock) {
    throw RingError(paths.root.string() + ": " + holder + " holds it (" + file.string() + " is locked); end it first");
  }
  locks.push_back(std::move(*lock));
}

void unlink_file(const std::filesystem::path& file) {
  if (unlink(file.c_str()) != 0 && errno != ENOENT) throw_ring_error(file, "cannot be removed", errno);
}

}  // namespace

std::optional<std::uint64_t> reset(const std::filesystem::path& directory) {
  const RingPaths paths(directory);
  for (const auto& folder : {paths.root, paths.data, paths.state}) {
    if (!check_directory(folder)) throw RingError(paths.root.string() + ": there is no ring; nothing to reset");
  }
  std::vector<FileLock> locks;
  take(locks, paths.capture_lock(), paths, "a capture");
  for (std::uint32_t i = 0; i < kMaxPublishers; ++i) take(locks, paths.publisher_lock(i), paths, "a publisher");
  for (std::uint32_t lane = 0; lane < kMaxLanes; ++lane) take(locks, paths.lane_lock(lane), paths, "a publisher");

  std::optional<std::uint64_t> undrained;
  const RingLook look = look_at_ring(paths, Access::kRead);
  if (!look.ring && look.problem.empty()) throw RingError(paths.root.string() + ": there is no ring; nothing to reset");
  if (look.ring) {
    const CursorsLook cursors = look_at_cursors(paths, look.ring->view, Access::kRead);
    const Holdings holdings = count_holdings(look.ring->view, cursors.cursors ? &cursors.cursors->view : nullptr);
    if (holdings.is_exact) undrained = holdings.records;
  }
  // The lock files stay: one that is unlinked while somebody waits for it locks nothing any more.
  for (const auto& file : {paths.ring(), paths.cursors(), paths.new_ring(), paths.new_cursors()}) unlink_file(file);
  return undrained;
}

}  // namespace pktferry::ring
