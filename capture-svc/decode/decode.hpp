// From the bytes of a frame to the blocks of a record: layers 2 to 7, headers only.
//
// The bytes are hostile. Every decoder checks its header's length once and then reads freely inside it; depth, counts
// and text lengths are bounded; nothing allocates, recurses or throws. What is wrong with a packet goes into the
// record's flags (record.hpp, RecordFlags), by these rules:
// - A header that is not all there ends the walk: kTruncated where the capture cut it off, kMalformed where the packet
//   itself ends before it. Of a TCP header eight bytes are enough for a block without kWholeHeader.
// - A header whose lengths contradict each other ends the walk too, kMalformed, but its fixed part is recorded: the
//   addresses and ports of such packets are what users look for. A version that is not the protocol's gives no block.
// - A header that claims more bytes than its packet has is kMalformed, and the walk goes on in the bytes there are.
// - Bytes beyond the length that a header states belong to no layer (Ethernet's trailer_size counts those behind the
//   network packet).
// - The packet that an ICMP error quotes is decoded down to its transport header; that it is cut is no fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "capture-svc/decode/record_builder.hpp"

namespace pktferry::decode {

// What the first header of a frame is.
enum class LinkType : std::uint8_t {
  kEthernet,      // DLT_EN10MB 1
  kLinuxCooked,   // DLT_LINUX_SLL 113
  kLinuxCooked2,  // DLT_LINUX_SLL2 276
  kRawIp,         // DLT_RAW 12 and 14, LINKTYPE_RAW 101, LINKTYPE_IPV4 228, LINKTYPE_IPV6 229: the version nibble tells
  kLoopback,      // DLT_NULL 0 (byte order of the capturing host, recognised by its value), DLT_LOOP 108 (big-endian)
};

// The link type of a libpcap DLT or LINKTYPE number, or nothing where we cannot decode it (DropReason::kUnsupported).
std::optional<LinkType> link_type_of(int dlt) noexcept;

struct Frame {
  std::span<const std::byte> bytes;  // captured
  std::uint32_t wire_length;         // bytes; at least bytes.size(), else it is taken for that
  LinkType link_type;
};

// Adds the blocks of the frame to `record`, and sets flags, payload_length, captured_length and wire_length in its
// header. The caller sets the rest of the header (time, number, interface, flow, weight).
void decode(const Frame& frame, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
