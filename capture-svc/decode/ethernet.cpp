#include "capture-svc/decode/ethernet.hpp"

#include "shared/record/ethernet.hpp"

namespace pktferry::decode {
namespace {

constexpr std::uint32_t kHeaderSize = 14;
constexpr std::uint16_t kMaxLength = 1500;     // IEEE 802.3 clause 3.2.6: up to here the field is a length,
constexpr std::uint16_t kMinEtherType = 1536;  // from here on an EtherType, and nothing in between

}  // namespace

NextHeader ether_type_or_length(std::uint16_t value, Payload& payload, RecordBuilder& record) noexcept {
  if (value >= kMinEtherType) [[likely]]
    return ether_type(value);
  if (value <= kMaxLength) payload.limit(value, record);
  return kPayload;
}

NextHeader decode_ethernet(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* ethernet = record.add<record::Ethernet>();
  if (ethernet == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  header.copy(0, ethernet->dst);
  header.copy(6, ethernet->src);
  const std::uint16_t type = header.be16(12);
  ethernet->type = type;
  payload.skip(kHeaderSize);
  return ether_type_or_length(type, payload, record);
}

}  // namespace pktferry::decode
