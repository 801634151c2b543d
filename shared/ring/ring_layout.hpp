// Where every byte of a ring lies. docs/ring-format.md draws it; the static_asserts bind it.
//
// `position` is a monotonic count of bytes since the lane was made; `offset` is position & (lane_size - 1). The words
// are never mixed. All integers are in host byte order: both sides of a ring run on one machine.
//
// data/ring  (written by capture, mapped read-only by publishers):
//   RingHeader | WorkerControl x worker_count | LaneControl x lane_count | lane data x lane_count
// state/cursors  (created by capture, written by publishers):
//   CursorsHeader | LaneCursor x lane_count
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shared/ring/snapshot.hpp"

namespace pktferry::ring {

inline constexpr std::uint64_t kRingMagic = 0x676e697266746b70;     // "pktfring" in memory
inline constexpr std::uint64_t kCursorsMagic = 0x73726f7372756370;  // "pcursors" in memory
inline constexpr std::uint32_t kLayoutVersion = 1;

inline constexpr std::uint32_t kMaxLanes = 64;
inline constexpr std::uint32_t kMaxWorkers = 16;
inline constexpr std::uint32_t kMaxPublishers = 16;
inline constexpr std::uint64_t kMinLaneSize = 1u << 20;  // bytes
inline constexpr std::uint64_t kMaxLaneSize = 1u << 30;  // bytes
inline constexpr std::uint32_t kMaxInterfaces = 64;
inline constexpr std::uint32_t kInterfaceNameSize = 32;  // bytes, NUL included
inline constexpr std::uint32_t kNodeNameSize = 64;       // bytes, NUL included
inline constexpr std::uint32_t kDestinationSize = 512;   // bytes, NUL included
inline constexpr std::uint32_t kBurst = 16;              // records that are published together at the most
inline constexpr std::uint32_t kReasonSlots = 16;        // room for reasons of later versions

// Why a packet that capture read never became a record. The names are metric labels (ledger.hpp).
enum class DropReason : std::uint32_t {
  kUnsupported = 0,  // a link type that the decoder does not know
  kFull = 1,         // the lane was full and capture does not wait (--on-full drop)
  kKilled = 2,       // read, but not published when capture was killed
};
inline constexpr std::uint32_t kDropReasonCount = 3;

// Why a record that left the ring was given up by a publisher.
enum class FailReason : std::uint32_t {
  kTooLarge = 0,          // the broker's or librdkafka's message size limit
  kInvalidTimestamp = 1,  // the topic refuses the record's timestamp
  kInvalidRecord = 2,     // the broker refuses the record otherwise
};
inline constexpr std::uint32_t kFailReasonCount = 3;

// What must be equal for two processes to read the same ring.
struct Geometry {
  std::uint32_t worker_count;  // 1..kMaxWorkers; worker w writes the lanes l with l % worker_count == w
  std::uint32_t lane_count;    // 1..kMaxLanes, a multiple of worker_count
  std::uint64_t lane_size;     // bytes of data, a power of two, kMinLaneSize..kMaxLaneSize
  friend bool operator==(const Geometry&, const Geometry&) = default;
};
static_assert(sizeof(Geometry) == 16);

// Written before the ring gets its name, except for the atomics. Capture alone writes.
struct RingHeader {
  std::uint64_t magic;
  std::uint32_t layout_version;
  std::uint32_t header_size;  // sizeof(RingHeader)
  Geometry geometry;
  std::uint8_t ring_id[16];                 // random; new with every new ring
  char node[kNodeNameSize];                 // NUL-terminated
  std::atomic<std::uint64_t> run_count;     // captures that have attached
  std::atomic<std::uint64_t> unclean_runs;  // of them, those that ended without saying so
  std::atomic<std::uint64_t> running;       // 1 from attach to clean detach
  std::atomic<std::uint64_t> replaced;      // records of earlier rings that were given up with them
  std::atomic<std::uint64_t> wild_cursors;  // times that a committed position was refused as impossible
  // Entries below the count are NUL-terminated and never change while a record that names them may be undelivered.
  std::atomic<std::uint64_t> interface_count;
  char interfaces[kMaxInterfaces][kInterfaceNameSize];
};
static_assert(offsetof(RingHeader, magic) == 0 && offsetof(RingHeader, layout_version) == 8);
static_assert(offsetof(RingHeader, geometry) == 16 && offsetof(RingHeader, ring_id) == 32);
static_assert(offsetof(RingHeader, header_size) == 12 && offsetof(RingHeader, node) == 48);
static_assert(offsetof(RingHeader, run_count) == 112 && offsetof(RingHeader, unclean_runs) == 120);
static_assert(offsetof(RingHeader, running) == 128 && offsetof(RingHeader, replaced) == 136);
static_assert(offsetof(RingHeader, wild_cursors) == 144 && offsetof(RingHeader, interface_count) == 152);
static_assert(offsetof(RingHeader, interfaces) == 160 && sizeof(RingHeader) == 2208);
inline constexpr std::uint64_t kWorkersOffset = 4096;

// Counters of one capture worker since the ring was made. Written with relaxed stores by that worker: each is whole,
// and the ledger closes over them once the worker stands still.
struct alignas(kIndexAlignment) WorkerControl {
  std::atomic<std::uint64_t> read;  // stored before anything else is done with a packet: after a kill the difference
                                    // to everything that is accounted for is what the kill lost
  std::atomic<std::uint64_t> dropped[kReasonSlots];  // by DropReason, but kFull, which each lane counts
  std::atomic<std::uint64_t> kernel_received;  // live only: packets that passed the kernel's filter, drops included
  std::atomic<std::uint64_t> kernel_dropped;   // live only: of them, those the kernel had no room for
  std::atomic<std::uint64_t> kernel_waiting;   // live only: of them, those not read when a capture stopped
  std::atomic<std::uint64_t> kernel_read;      // live only: of them, those that were read (files do not count here)
};
static_assert(offsetof(WorkerControl, dropped) == 8 && offsetof(WorkerControl, kernel_received) == 136);
static_assert(offsetof(WorkerControl, kernel_read) == 160 && sizeof(WorkerControl) == 256);

// Everything that must agree when capture re-attaches after a kill.
struct LaneCounts {
  std::uint64_t position;  // the end of the last published record
  std::uint64_t sequence;  // of the next packet
  std::uint64_t ordinal;   // of the next record: the number of records written
  std::uint64_t full;      // packets dropped because the lane was full: sequence - ordinal, but for kills
};
static_assert(sizeof(LaneCounts) == 32);

struct LaneControl {
  // Release by the writer, acquire by readers: records below it are whole.
  alignas(kIndexAlignment) std::atomic<std::uint64_t> write_position;
  // Stored before write_position: after a kill it may be ahead of it, never behind.
  SnapshotCell<LaneCounts> counts;
};
static_assert(offsetof(LaneControl, counts) == 128 && sizeof(LaneControl) == 256);

// Created by capture, written by publishers: capture trusts nothing in it.
struct CursorsHeader {
  std::uint64_t magic;
  std::uint32_t layout_version;
  std::uint32_t lane_count;
  std::uint8_t ring_id[16];            // of the ring that the positions belong to
  char destination[kDestinationSize];  // NUL-terminated; empty until a publisher came. Guarded by flock on the file
};
static_assert(offsetof(CursorsHeader, layout_version) == 8 && offsetof(CursorsHeader, lane_count) == 12);
static_assert(offsetof(CursorsHeader, ring_id) == 16 && offsetof(CursorsHeader, destination) == 32);
static_assert(sizeof(CursorsHeader) == 544);
inline constexpr std::uint64_t kCursorsOffset = 4096;
static_assert(sizeof(CursorsHeader) <= kCursorsOffset);

// What the owners of one lane have done since the ring was made.
struct CursorCounts {
  std::uint64_t position;              // everything below it is delivered or given up
  std::uint64_t ordinal;               // of the record at `position`: delivered + failed + corrupt
  std::uint64_t delivered;             // acknowledged records
  std::uint64_t corrupt;               // records that could not be read back
  std::uint64_t failed[kReasonSlots];  // by FailReason
};
static_assert(sizeof(CursorCounts) == 160);

struct LaneCursor {
  // Release by the lane's owner, acquire by the writer: the bytes below it may be overwritten.
  alignas(kIndexAlignment) std::atomic<std::uint64_t> committed_position;
  // Stored before committed_position: what the next owner starts from.
  SnapshotCell<CursorCounts> counts;
};
static_assert(offsetof(LaneCursor, counts) == 128 && sizeof(LaneCursor) == 512);

constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

// True where both sides can follow the geometry without overflow.
constexpr bool is_valid(const Geometry& g) {
  return g.worker_count >= 1 && g.worker_count <= kMaxWorkers && g.lane_count >= 1 && g.lane_count <= kMaxLanes &&
         g.lane_count % g.worker_count == 0 && g.lane_size >= kMinLaneSize && g.lane_size <= kMaxLaneSize &&
         (g.lane_size & (g.lane_size - 1)) == 0;
}

constexpr std::uint64_t lane_controls_offset(const Geometry& g) {
  return kWorkersOffset + g.worker_count * sizeof(WorkerControl);
}
constexpr std::uint64_t lane_data_offset(const Geometry& g, std::uint32_t lane) {
  return align_up(lane_controls_offset(g) + g.lane_count * sizeof(LaneControl), 4096) + lane * g.lane_size;
}
constexpr std::uint64_t ring_file_size(const Geometry& g) {
  return lane_data_offset(g, g.lane_count);
}
constexpr std::uint64_t cursors_file_size(const Geometry& g) {
  return kCursorsOffset + g.lane_count * sizeof(LaneCursor);
}

}  // namespace pktferry::ring
