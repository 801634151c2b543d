// Makes what is missing in a ring's directory: folders, lock files, and a new ring with its cursors. Used by capture
// alone, while it holds its lock (or to get at it). Internal to shared/ring.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "shared/ring/ring_files.hpp"

namespace pktferry::ring {

// The group to give everything to: nothing leaves it to the kernel. `group` is a name or a number. Throws RingError.
std::optional<gid_t> find_group(const std::optional<std::string>& group);

// DIR, data and state, each checked. A directory DIR that somebody else made and put something into keeps its mode.
void make_directories(const RingPaths& paths, std::optional<gid_t> group);

// An empty lock file, where there is none yet.
void make_lock_file(const std::filesystem::path& path, std::optional<gid_t> group);

struct NewRing {
  Geometry geometry;
  std::string node;
  std::uint64_t replaced;  // for RingHeader::replaced
};
// Replaces data/ring and state/cursors by new ones, all pages allocated beforehand. Where there is no room beside an
// old ring, that one is unlinked first and its pages are waited for, at most `patience`: publishers let go of them as
// soon as they notice. Throws RingError.
void make_ring(const RingPaths& paths, const NewRing& ring, std::optional<gid_t> group,
               std::chrono::milliseconds patience);

}  // namespace pktferry::ring
