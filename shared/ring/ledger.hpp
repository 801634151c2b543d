// The books of a ring: every counter that survives kills, read from the files alone, capture and publishers running or
// not. The three equations are in docs/operations.md; `unexplained` is what they fail to close by.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "shared/ring/ring_layout.hpp"

namespace pktferry::ring {

// Metric label values, in the order of the enums.
std::string_view label(DropReason reason);
std::string_view label(FailReason reason);

struct LaneLedger {
  std::uint64_t written = 0;
  std::uint64_t full = 0;
  std::uint64_t delivered = 0;
  std::uint64_t corrupt = 0;
  std::uint64_t failed = 0;
  std::uint64_t in_ring = 0;  // records
  std::uint64_t in_ring_bytes = 0;
  bool owned = false;  // a publisher holds the lane now
};

struct Ledger {
  std::string ring_id;
  std::string node;
  std::string destination;
  Geometry geometry{};
  bool capturing = false;        // capture holds its lock now
  std::uint32_t publishers = 0;  // alive now
  std::uint64_t runs = 0;
  std::uint64_t unclean_runs = 0;
  std::uint64_t wild_cursors = 0;

  std::uint64_t kernel_received = 0;
  std::uint64_t kernel_dropped = 0;
  std::uint64_t kernel_waiting = 0;
  std::uint64_t kernel_read = 0;  // the part of `read` that came from the kernel

  std::uint64_t read = 0;
  std::array<std::uint64_t, kDropReasonCount> dropped{};
  std::uint64_t written = 0;
  std::uint64_t delivered = 0;
  std::array<std::uint64_t, kFailReasonCount> failed{};
  std::uint64_t corrupt = 0;
  std::uint64_t replaced = 0;
  std::uint64_t in_ring = 0;
  std::vector<LaneLedger> lanes;

  // kernel_received - (kernel_read + kernel_dropped + kernel_waiting); 0 to the packet once capture stopped cleanly
  // and no run was unclean.
  std::int64_t kernel_unexplained() const;
  // read - (written + dropped); 0 unless packets are in capture's hands.
  std::int64_t read_unexplained() const;
  // written - (delivered + failed + corrupt + replaced + in_ring); 0 always.
  std::int64_t written_unexplained() const;
};

// Reads the books of a directory. Throws RingError where there is no readable ring.
Ledger read_ledger(const std::filesystem::path& directory);

}  // namespace pktferry::ring
