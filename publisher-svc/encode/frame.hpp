// layers.frame: the packet as a whole. tshark's `frame`, with the paper's names where it has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "publisher-svc/encode/field.hpp"
#include "shared/record/record.hpp"
#include "shared/record/record_view.hpp"

namespace pktferry::encode {

inline constexpr std::size_t kMaxProtocolLength = 16;  // bytes of one name in frame_frame_protocols, the colon included
inline constexpr std::size_t kMaxProtocolsLength = kMaxProtocolLength * (record::kMaxLayers + 1);

struct FrameFacts {
  std::string_view time;  // padded
  std::uint64_t number;
  std::uint32_t wire_length;
  std::uint32_t captured_length;
  record::RecordView record;
};

// "eth:ip:tcp:payload"; at most kMaxProtocolsLength bytes, and as many as kMaxProtocolLength behind them are touched.
char* write_protocols(char* out, const record::RecordView& record) noexcept;

inline constexpr auto kFrameLayer = layer<"frame", FrameFacts>(
    {.about = "The packet as a whole"},
    field<"frame_frame_time", Time>(&FrameFacts::time,
                                    {.tshark = "frame.time", .about = "Time of the packet, as in `timestamp`"}),
    number<"frame_frame_number">(&FrameFacts::number,
                                 {.tshark = "frame.number", .about = "Number within this run of capture, from 1"}),
    number<"frame_frame_length">(&FrameFacts::wire_length,
                                 {.tshark = "frame.len", .unit = "bytes", .about = "Length on the wire"}),
    number<"frame_frame_cap_len">(&FrameFacts::captured_length,
                                  {.tshark = "frame.cap_len", .unit = "bytes", .about = "Captured length"}),
    field<"frame_frame_protocols", WrittenText<kMaxProtocolsLength>>(
        [](const FrameFacts& frame) { return [&frame](char* out) { return write_protocols(out, frame.record); }; },
        {.tshark = "frame.protocols",
         .about = "Decoded layers in packet order, quoted and inner ones included; `:payload` where bytes follow"}));

}  // namespace pktferry::encode
