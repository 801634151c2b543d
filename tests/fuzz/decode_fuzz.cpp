// Any bytes as a frame of any link type: decode stays inside them and makes a record that its reader accepts.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "capture-svc/decode/decode.hpp"
#include "capture-svc/decode/flow.hpp"
#include "publisher-svc/encode/encoder.hpp"
#include "shared/record/record_view.hpp"

using namespace pktferry;

// Input: one byte that picks the link type, two bytes of length on the wire beyond the captured, then the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto link_type = static_cast<decode::LinkType>(data[0] % 5);
  const std::uint32_t cut = data[1] * 256u + data[2];
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data + 3, size - 3));
  const decode::Frame frame{bytes, static_cast<std::uint32_t>(bytes.size()) + cut, link_type};

  alignas(record::kRecordAlignment) static std::byte room[record::kMaxRecordSize];
  decode::RecordBuilder builder(room);
  decode::decode(frame, builder);
  builder.header().size = builder.size();
  builder.header().kind = record::RecordKind::kPacket;
  builder.header().flow_hash = decode::flow_hash(frame);

  const auto view = record::RecordView::parse({room, builder.size()});
  if (!view) std::abort();
  static const encode::Encoder encoder({.node = "fuzz", .ring_id = "00000000000000000000000000000000"});
  static const auto out = std::make_unique<char[]>(encode::Encoder::kMaxMessageSize);
  if (encoder.encode(*view, 0, "fuzz0", out.get()) > encode::Encoder::kMaxMessageSize) std::abort();
  return 0;
}
