#include "capture-svc/decode/ipv4.hpp"

#include <algorithm>
#include <cstring>

#include "capture-svc/decode/option_reader.hpp"
#include "shared/record/ipv4.hpp"

namespace pktferry::decode {
namespace {

constexpr std::uint32_t kFixedSize = 20;
constexpr std::uint16_t kFragmentOffset = 0x1fff;
constexpr std::uint16_t kMoreFragments = 0x2000;

// The card segments what the sender captures in one piece; some leave its length 0. Every IPv4 link carries packets of
// this size in one piece (RFC 791 §3.2), so a smaller one has no such excuse.
constexpr std::uint32_t kNeverSegmentedSize = 576;

struct Options {
  std::uint8_t types[record::Ipv4::kMaxOptions];
  std::uint8_t count = 0;
  bool bad = false;
};

void read_options(ByteReader bytes, Options& options) {
  OptionReader reader(bytes);
  while (reader.next()) options.types[options.count++] = reader.kind();
  options.bad = reader.is_bad();
}

}  // namespace

NextHeader decode_ipv4(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kFixedSize, record)) return kPayload;
  const ByteReader header = payload.bytes();
  const std::uint8_t version = header.u8(0) >> 4;
  if (version != 4) {
    record.flag(record::kMalformed);
    return kPayload;
  }
  const std::uint8_t header_words = header.u8(0) & 0x0f;
  const std::uint32_t header_size = header_words * 4u;
  const std::uint16_t total_length = header.be16(2);
  const bool is_segmented_later = total_length == 0 && payload.length() > kNeverSegmentedSize;
  const std::uint32_t length = is_segmented_later ? payload.length() : total_length;
  const bool lengths_agree = header_size >= kFixedSize && length >= header_size;

  Options options;
  if (header_size > kFixedSize && lengths_agree) {
    read_options(header.first(std::min(header_size, header.size())).behind(kFixedSize), options);
  }
  auto* ipv4 = record.add<record::Ipv4>(options.count);
  if (ipv4 == nullptr) return kPayload;
  const std::uint16_t fragment = header.be16(6);
  const std::uint8_t protocol = header.u8(9);
  ipv4->version = version;
  ipv4->header_words = header_words;
  ipv4->tos = header.u8(1);
  ipv4->total_length = total_length;
  ipv4->id = header.be16(4);
  ipv4->fragment = fragment;
  ipv4->ttl = header.u8(8);
  ipv4->protocol = protocol;
  ipv4->checksum = header.be16(10);
  header.copy(12, ipv4->src);
  header.copy(16, ipv4->dst);
  ipv4->option_count = options.count;
  if (options.count != 0) std::memcpy(RecordBuilder::tail(ipv4), options.types, options.count);

  if (!lengths_agree) {
    record.flag(record::kMalformed);
    payload.skip(kFixedSize);
    return kPayload;
  }
  payload.limit(length, record);
  if (!payload.require(header_size, record)) {
    payload.skip_all();
    return kPayload;
  }
  // The transport header does not depend on the options: a bad one does not end the walk.
  if (options.bad) record.flag(record::kMalformed);
  payload.skip(header_size);
  if ((fragment & kFragmentOffset) != 0) return kPayload;
  if ((fragment & kMoreFragments) != 0) payload.set_first_fragment();
  return ip_protocol(protocol);
}

NextHeader decode_raw_ip(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(1, record)) return kPayload;
  switch (payload.bytes().u8(0) >> 4) {
    case 4: return ether_type(kEtherTypeIpv4);
    case 6: return ether_type(kEtherTypeIpv6);
    default: record.flag(record::kMalformed); return kPayload;
  }
}

}  // namespace pktferry::decode
