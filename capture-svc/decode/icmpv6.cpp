#include "capture-svc/decode/icmpv6.hpp"

#include "shared/record/icmp.hpp"

namespace pktferry::decode {
namespace {

using record::Icmpv6;

// IANA "ICMPv6 type Numbers".
enum Type : std::uint8_t {
  kUnreachable = 1,
  kPacketTooBig = 2,
  kTimeExceeded = 3,
  kParameterProblem = 4,
  kEchoRequest = 128,
  kEchoReply = 129,
  kRouterSolicitation = 133,
  kRouterAdvertisement = 134,
  kNeighborSolicitation = 135,
  kNeighborAdvertisement = 136,
  kRedirect = 137,
};

constexpr bool is_error(std::uint8_t type) {
  return type >= kUnreachable && type <= kParameterProblem;
}
constexpr bool is_neighbor_discovery(std::uint8_t type) {
  return type >= kRouterSolicitation && type <= kRedirect;
}
constexpr bool has_target(std::uint8_t type) {
  return type >= kNeighborSolicitation && type <= kRedirect;
}

constexpr std::uint32_t kHeaderSize = 8;
constexpr std::uint32_t kAddressSize = 16;

// Options of neighbour discovery (RFC 4861 §4.6).
constexpr std::uint8_t kSourceLinkLayerAddress = 1;
constexpr std::uint8_t kTargetLinkLayerAddress = 2;
constexpr std::uint32_t kOptionUnit = 8;  // lengths count in these, type and length included
constexpr std::uint32_t kMaxOptions = 32;

// Between the first eight bytes and the options.
constexpr std::uint32_t body_size(std::uint8_t type) {
  switch (type) {
    case kRouterAdvertisement: return 8;
    case kNeighborSolicitation:
    case kNeighborAdvertisement: return kAddressSize;
    case kRedirect: return 2 * kAddressSize;
    default: return 0;
  }
}

void read_options(Payload& payload, Icmpv6& icmpv6, RecordBuilder& record) {
  for (std::uint32_t count = 0; payload.length() != 0; ++count) {
    if (count == kMaxOptions) {
      record.flag(record::kLimited);
      return;
    }
    if (!payload.require(kOptionUnit, record)) return;
    const ByteReader option = payload.bytes();
    const std::uint32_t size = option.u8(1) * kOptionUnit;
    if (size == 0) {
      record.flag(record::kMalformed);
      return;
    }
    if (!payload.require(size, record)) return;
    const std::uint8_t type = option.u8(0);
    if ((type == kSourceLinkLayerAddress || type == kTargetLinkLayerAddress) && size == kOptionUnit &&
        (icmpv6.present & Icmpv6::kLinkLayerAddress) == 0) {
      icmpv6.present |= Icmpv6::kLinkLayerAddress;
      option.copy(2, icmpv6.link_layer_address);
    }
    payload.skip(size);
  }
}

// The whole message is header: nothing of it is payload.
void read_neighbor_discovery(Payload& payload, Icmpv6& icmpv6, RecordBuilder& record) {
  if (payload.require(body_size(icmpv6.type), record)) {
    if (has_target(icmpv6.type)) {
      icmpv6.present |= Icmpv6::kTarget;
      payload.bytes().copy(0, icmpv6.target);
    }
    payload.skip(body_size(icmpv6.type));
    read_options(payload, icmpv6, record);
  }
  payload.skip_all();
}

}  // namespace

NextHeader decode_icmpv6(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* icmpv6 = record.add<Icmpv6>();
  if (icmpv6 == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  const std::uint8_t type = header.u8(0);
  icmpv6->type = type;
  icmpv6->code = header.u8(1);
  icmpv6->checksum = header.be16(2);
  if (type == kEchoRequest || type == kEchoReply) {
    icmpv6->present = Icmpv6::kEcho;
    icmpv6->identifier = header.be16(4);
    icmpv6->sequence = header.be16(6);
  } else if (type == kPacketTooBig) {
    icmpv6->present = Icmpv6::kMtu;
    icmpv6->mtu = header.be32(4);
  }
  payload.skip(kHeaderSize);

  // One quotation is all we follow (RFC 4443 §2.4 forbids errors about errors).
  if (payload.is_quoted()) return kPayload;
  if (is_neighbor_discovery(type)) read_neighbor_discovery(payload, *icmpv6, record);
  if (!is_error(type) || payload.length() == 0) return kPayload;
  payload.set_quoted();
  record.set_scope(record::kQuotedScope);
  return ether_type(kEtherTypeIpv6);
}

}  // namespace pktferry::decode
