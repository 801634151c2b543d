#include "capture-svc/decode/ipv6.hpp"

#include "shared/record/ipv6.hpp"

namespace pktferry::decode {
namespace {

constexpr std::uint32_t kHeaderSize = 40;
// A payload length of 0 in front of more than any link must carry in one piece (RFC 8200 §5): a jumbogram (RFC 2675),
// or a packet that the card has yet to segment.
constexpr std::uint32_t kNeverSegmentedSize = 1280;

// IANA "IPv6 Extension Header Types". ESP is left out: what follows it is encrypted.
enum Extension : std::uint8_t {
  kHopByHop = 0,
  kRouting = 43,
  kFragment = 44,
  kAuthentication = 51,
  kDestination = 60,
  kMobility = 135,
};
constexpr std::uint32_t kExtensionMinSize = 8;

constexpr bool is_extension(std::uint8_t protocol) {
  return protocol == kHopByHop || protocol == kRouting || protocol == kFragment || protocol == kAuthentication ||
         protocol == kDestination || protocol == kMobility;
}

constexpr std::uint32_t extension_size(std::uint8_t protocol, std::uint8_t length_field) {
  if (protocol == kFragment) return kExtensionMinSize;
  if (protocol == kAuthentication) return (length_field + 2u) * 4;  // RFC 4302 §2.2
  return (length_field + 1u) * 8;
}

// Steps over one extension header and sets `protocol` to what follows it; false where the walk ends: a later fragment,
// a cut header, a full record.
bool decode_extension(std::uint8_t& protocol, Payload& payload, RecordBuilder& record) {
  if (!payload.require(kExtensionMinSize, record)) return false;
  const ByteReader header = payload.bytes();
  const std::uint8_t next_header = header.u8(0);
  const std::uint32_t size = extension_size(protocol, header.u8(1));
  auto* extension = record.add<record::Ipv6Extension>();
  if (extension == nullptr) return false;
  extension->protocol = protocol;
  extension->next_header = next_header;
  extension->length = static_cast<std::uint16_t>(size);
  bool is_later_fragment = false;
  if (protocol == kFragment) {
    const std::uint16_t fragment = header.be16(2);
    extension->fragment_offset = fragment >> 3;
    extension->more_fragments = fragment & 1;
    extension->fragment_id = header.be32(4);
    is_later_fragment = extension->fragment_offset != 0;
    if (extension->more_fragments != 0) payload.set_first_fragment();
  } else if (protocol == kRouting) {
    extension->routing_type = header.u8(2);
    extension->segments_left = header.u8(3);
  }
  if (!payload.require(size, record)) {
    payload.skip_all();
    return false;
  }
  payload.skip(size);
  protocol = next_header;
  return !is_later_fragment;
}

}  // namespace

NextHeader decode_ipv6(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kHeaderSize, record)) return kPayload;
  const ByteReader header = payload.bytes();
  const std::uint32_t first_word = header.be32(0);
  const std::uint8_t version = header.u8(0) >> 4;
  if (version != 6) {
    record.flag(record::kMalformed);
    return kPayload;
  }
  auto* ipv6 = record.add<record::Ipv6>();
  if (ipv6 == nullptr) return kPayload;
  const std::uint16_t payload_length = header.be16(4);
  std::uint8_t protocol = header.u8(6);
  ipv6->version = version;
  ipv6->traffic_class = (first_word >> 20) & 0xff;
  ipv6->flow_label = first_word & 0xfffff;
  ipv6->payload_length = payload_length;
  ipv6->next_header = protocol;
  ipv6->hop_limit = header.u8(7);
  header.copy(8, ipv6->src);
  header.copy(24, ipv6->dst);

  const bool is_length_elsewhere = payload_length == 0 && payload.length() > kNeverSegmentedSize;
  payload.limit(is_length_elsewhere ? payload.length() : kHeaderSize + payload_length, record);
  payload.skip(kHeaderSize);

  for (std::uint32_t count = 0; is_extension(protocol); ++count) {
    if (count == kMaxIpv6Extensions) {
      record.flag(record::kLimited);
      return kPayload;
    }
    if (!decode_extension(protocol, payload, record)) return kPayload;
  }
  return ip_protocol(protocol);
}

}  // namespace pktferry::decode
