// The header of what crosses the ring: one record per packet.
//
// The first eight bytes {size, kind} are the ring's framing: a reader loads them once, bounds them and trusts nothing
// else until its private copy has passed RecordView::parse. All integers are in host byte order: both ends of a ring
// run on one machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace pktferry::record {

inline constexpr std::uint32_t kRecordAlignment = 8;   // records start at multiples of it
inline constexpr std::uint32_t kMaxRecordSize = 4096;  // bytes, header included
inline constexpr std::uint32_t kMaxLayers = 24;        // blocks in one record

// Zero is invalid on purpose: a hole punched into the ring reads as zeros.
enum class RecordKind : std::uint32_t {
  kPacket = 0x504b5431,   // "PKT1"
  kPadding = 0x50414431,  // "PAD1": skip `size` bytes to the start of the data area; only {size, kind} exist
};

// Bits of RecordHeader::flags.
enum RecordFlags : std::uint8_t {
  kMalformed = 1,   // a header contradicts itself or its packet's length; the layers before it are good (decode.hpp)
  kTruncated = 2,   // the capture cut the packet (snaplen) inside a header, or a fragment ends inside a DNS message
  kLimited = 4,     // a bound of the decoder (depth, counts, text length, kMaxRecordSize) left something out
  kHasPayload = 8,  // bytes follow the last decoded header; they are never recorded
};

struct RecordHeader {
  std::uint32_t size;  // bytes of the whole record, a multiple of kRecordAlignment, at most kMaxRecordSize
  RecordKind kind;
  std::uint64_t sequence;         // per lane, from 0: every packet meant for the lane, also those a full lane dropped
  std::uint64_t ordinal;          // per lane, from 0: written records only
  std::uint64_t frame_number;     // from 1: the packet's number within this run of capture, before lanes and drops
  std::uint64_t timestamp_ns;     // packet time, ns since the Unix epoch
  std::uint64_t read_at_ns;       // CLOCK_MONOTONIC, ns, when capture read the packet
  std::uint32_t wire_length;      // bytes of the packet on the wire
  std::uint32_t captured_length;  // bytes of it that capture saw, <= wire_length
  std::uint32_t payload_length;   // captured bytes behind the last decoded header, Ethernet trailer excluded
  std::uint32_t flow_hash;        // decode/flow.hpp; the same for both directions of a flow
  std::uint32_t sampling_weight;  // packets this record stands for, at least 1
  std::uint16_t interface_index;  // into the ring's interface table
  std::uint8_t layer_count;       // blocks that follow, at most kMaxLayers
  std::uint8_t flags;             // RecordFlags
};
static_assert(sizeof(RecordHeader) == 72);
static_assert(offsetof(RecordHeader, size) == 0 && offsetof(RecordHeader, kind) == 4);
static_assert(offsetof(RecordHeader, sequence) == 8 && offsetof(RecordHeader, ordinal) == 16);
static_assert(offsetof(RecordHeader, frame_number) == 24 && offsetof(RecordHeader, timestamp_ns) == 32);
static_assert(offsetof(RecordHeader, read_at_ns) == 40 && offsetof(RecordHeader, wire_length) == 48);
static_assert(offsetof(RecordHeader, flow_hash) == 60 && offsetof(RecordHeader, interface_index) == 68);
static_assert(sizeof(RecordHeader) % kRecordAlignment == 0 && std::is_trivially_copyable_v<RecordHeader>);

constexpr std::uint32_t align_record(std::uint32_t size_bytes) {
  return (size_bytes + kRecordAlignment - 1) & ~(kRecordAlignment - 1);
}

}  // namespace pktferry::record
