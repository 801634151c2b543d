// Any bytes as a record: what parse accepts can be encoded without leaving the record or the room for the message.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "publisher-svc/encode/encoder.hpp"
#include "shared/record/record_view.hpp"

using namespace pktferry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < sizeof(record::RecordHeader) || size > record::kMaxRecordSize) return 0;
  // A heap copy of exactly this size, so that AddressSanitizer sees the first byte too many.
  const std::unique_ptr<std::uint64_t[]> words(new std::uint64_t[(size + 7) / 8]);
  std::memcpy(words.get(), data, size);
  auto* header = reinterpret_cast<record::RecordHeader*>(words.get());
  header->size = static_cast<std::uint32_t>(size);  // what the framing has checked before
  header->kind = record::RecordKind::kPacket;

  const auto view = record::RecordView::parse(std::as_bytes(std::span(words.get(), (size + 7) / 8)).first(size));
  if (!view) return 0;
  static const encode::Encoder encoder({.node = "fuzz", .ring_id = "00000000000000000000000000000000"});
  static const auto out = std::make_unique<char[]>(encode::Encoder::kMaxMessageSize);
  if (encoder.encode(*view, 0, "fuzz0", out.get()) > encode::Encoder::kMaxMessageSize) std::abort();
  return 0;
}
