// capture: where and how the packet was read. Not a protocol: these fields come from the record's header and the ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "publisher-svc/encode/field.hpp"
#include "shared/record/record.hpp"

namespace pktferry::encode {

inline constexpr std::size_t kMaxNodeLength = 255;      // bytes; a longer name is cut
inline constexpr std::size_t kMaxRingIdLength = 32;     // bytes
inline constexpr std::size_t kMaxInterfaceLength = 64;  // bytes; a longer name is cut

struct CaptureFacts {
  record::RecordHeader record;
  std::uint32_t lane;
  std::string_view node;     // escaped and padded
  std::string_view ring_id;  // escaped and padded
  std::string_view interface_name;
};

inline constexpr auto kCaptureLayer = layer<"capture", CaptureFacts>(
    {.about = "Where and how the packet was read"},
    field<"node", PaddedText<kMaxEscapedByte * kMaxNodeLength>>(&CaptureFacts::node,
                                                                {.about = "Name of the capturing node"}),
    field<"ring", PaddedText<kMaxEscapedByte * kMaxRingIdLength>>(
        &CaptureFacts::ring_id, {.about = "Random id of the ring; with lane and ordinal it names the record"}),
    field<"interface", Text<kMaxInterfaceLength>>(&CaptureFacts::interface_name,
                                                  {.about = "Name of the interface, or of the file read"}),
    number<"lane">(&CaptureFacts::lane, {.about = "Lane of the ring"}),
    number<"sequence">([](const CaptureFacts& facts) { return facts.record.sequence; },
                       {.about = "Per lane, from 0: every packet meant for the lane; a gap is what a full lane lost"}),
    number<"ordinal">([](const CaptureFacts& facts) { return facts.record.ordinal; },
                      {.about = "Per lane, from 0: every record written; a gap is corruption"}),
    number<"weight">([](const CaptureFacts& facts) { return facts.record.sampling_weight; },
                     {.unit = "packets", .about = "Packets that this one stands for (sampling)"}),
    boolean<"malformed">(
        [](const CaptureFacts& facts) { return facts.record.flags & record::kMalformed; },
        {.about = "A header contradicts itself or the packet's length; the layers before it are good"}),
    boolean<"truncated">([](const CaptureFacts& facts) { return facts.record.flags & record::kTruncated; },
                         {.about = "The capture cut the packet inside a header"}),
    boolean<"limited">([](const CaptureFacts& facts) { return facts.record.flags & record::kLimited; },
                       {.about = "A bound of the decoder left something out"}),
    number<"payload_length">([](const CaptureFacts& facts) { return facts.record.payload_length; },
                             {.unit = "bytes", .about = "Captured bytes behind the last decoded header"}));

}  // namespace pktferry::encode
