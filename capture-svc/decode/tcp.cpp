#include "capture-svc/decode/tcp.hpp"

#include <algorithm>
#include <cstring>

#include "capture-svc/decode/option_reader.hpp"
#include "shared/record/tcp.hpp"

namespace pktferry::decode {
namespace {

using record::Tcp;

constexpr std::uint32_t kFixedSize = 20;
// Ports and sequence number: what an ICMP error quotes at the least (RFC 792), and worth having where a capture ends.
constexpr std::uint32_t kPartialSize = 8;
constexpr std::uint32_t kSackBlockSize = 8;

// IANA "TCP Option Kind Numbers".
enum OptionKind : std::uint8_t {
  kMss = 2,
  kWindowScale = 3,
  kSackPermitted = 4,
  kSack = 5,
  kTimestamps = 8,
};

struct Options {
  std::uint32_t sack_edges[2 * Tcp::kMaxSackBlocks];
  std::uint8_t kinds[Tcp::kMaxOptions];
  std::uint32_t timestamp_value = 0;
  std::uint32_t timestamp_echo = 0;
  std::uint16_t mss = 0;
  std::uint8_t window_scale = 0;
  std::uint8_t present = 0;
  std::uint8_t sack_count = 0;
  std::uint8_t kind_count = 0;
  bool bad = false;
};

bool read_sack(ByteReader data, Options& options) {
  if (data.size() % kSackBlockSize != 0 || data.empty()) return false;
  // 40 bytes of options hold four blocks at most, however they are spread.
  for (; !data.empty(); data = data.behind(kSackBlockSize)) {
    if (options.sack_count == Tcp::kMaxSackBlocks) return false;
    options.sack_edges[2 * options.sack_count] = data.be32(0);
    options.sack_edges[2 * options.sack_count + 1] = data.be32(4);
    ++options.sack_count;
  }
  return true;
}

// False where the option has not the length that its kind has. An option that comes twice counts as receivers take it:
// the last one.
bool read_option(std::uint8_t kind, ByteReader data, Options& options) {
  switch (kind) {
    case kMss:
      if (data.size() != 2) return false;
      options.mss = data.be16(0);
      options.present |= Tcp::kMss;
      return true;
    case kWindowScale:
      if (data.size() != 1) return false;
      options.window_scale = data.u8(0);
      options.present |= Tcp::kWindowScale;
      return true;
    case kSackPermitted:
      if (!data.empty()) return false;
      options.present |= Tcp::kSackPermitted;
      return true;
    case kSack: return read_sack(data, options);
    case kTimestamps:
      if (data.size() != 8) return false;
      options.timestamp_value = data.be32(0);
      options.timestamp_echo = data.be32(4);
      options.present |= Tcp::kTimestamps;
      return true;
    default: return true;
  }
}

void read_options(ByteReader bytes, Options& options) {
  OptionReader reader(bytes);
  while (reader.next()) {
    options.kinds[options.kind_count++] = reader.kind();
    if (!read_option(reader.kind(), reader.data(), options)) {
      options.bad = true;
      return;
    }
  }
  options.bad = reader.is_bad();
}

NextHeader decode_partial(Payload& payload, RecordBuilder& record) {
  const ByteReader header = payload.bytes();
  if (header.size() < kPartialSize) return kPayload;
  auto* tcp = record.add<Tcp>();
  if (tcp == nullptr) return kPayload;
  tcp->src_port = header.be16(0);
  tcp->dst_port = header.be16(2);
  tcp->sequence = header.be32(4);
  payload.skip_all();
  return kPayload;
}

}  // namespace

NextHeader decode_tcp(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kFixedSize, record)) return decode_partial(payload, record);
  const ByteReader header = payload.bytes();
  const std::uint16_t offset_and_flags = header.be16(12);
  const std::uint8_t header_words = static_cast<std::uint8_t>(offset_and_flags >> 12);
  const std::uint32_t header_size = header_words * 4u;

  Options options;
  if (header_size > kFixedSize && header_size <= payload.length()) {
    read_options(header.first(std::min(header_size, header.size())).behind(kFixedSize), options);
  }
  auto* tcp = record.add<Tcp>(options.sack_count * kSackBlockSize + options.kind_count);
  if (tcp == nullptr) return kPayload;
  tcp->src_port = header.be16(0);
  tcp->dst_port = header.be16(2);
  tcp->sequence = header.be32(4);
  tcp->acknowledgment = header.be32(8);
  tcp->flags = offset_and_flags & 0x0fff;
  tcp->window = header.be16(14);
  tcp->checksum = header.be16(16);
  tcp->urgent_pointer = header.be16(18);
  tcp->segment_length = header_size <= payload.length() ? payload.length() - header_size : 0;
  tcp->timestamp_value = options.timestamp_value;
  tcp->timestamp_echo = options.timestamp_echo;
  tcp->mss = options.mss;
  tcp->window_scale = options.window_scale;
  tcp->header_words = header_words;
  tcp->present = Tcp::kWholeHeader | options.present;
  tcp->sack_count = options.sack_count;
  tcp->option_count = options.kind_count;
  if (options.kind_count != 0) {
    std::byte* tail = RecordBuilder::tail(tcp);
    const std::uint32_t sack_size = options.sack_count * kSackBlockSize;
    std::memcpy(tail, options.sack_edges, sack_size);
    std::memcpy(tail + sack_size, options.kinds, options.kind_count);
  }

  if (header_size < kFixedSize) {
    record.flag(record::kMalformed);
    payload.skip(kFixedSize);
    return kPayload;
  }
  if (!payload.require(header_size, record)) {
    payload.skip_all();
    return kPayload;
  }
  if (options.bad) record.flag(record::kMalformed);
  payload.skip(header_size);
  return kPayload;
}

}  // namespace pktferry::decode
