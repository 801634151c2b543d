#include "capture-svc/decode/linux_cooked.hpp"

#include <algorithm>

#include "shared/record/linux_cooked.hpp"

namespace pktferry::decode {
namespace {

constexpr std::uint32_t kHeaderSize = 16;
constexpr std::uint32_t kHeaderSize2 = 20;
// Below, the protocol is one of Linux's own numbers (802.2, Novell, CAN), not an EtherType.
constexpr std::uint16_t kMinEtherType = 1536;

NextHeader next_of(std::uint16_t protocol) {
  return protocol >= kMinEtherType ? ether_type(protocol) : kPayload;
}

}  // namespace

NextHeader decode_linux_cooked(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* cooked = record.add<record::LinuxCooked>();
  if (cooked == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  const std::uint16_t protocol = header.be16(14);
  cooked->version = 1;
  cooked->packet_type = header.be16(0);
  cooked->hardware_type = header.be16(2);
  cooked->address_length = static_cast<std::uint8_t>(std::min<std::uint16_t>(header.be16(4), 0xff));
  header.copy(6, cooked->address);
  cooked->protocol = protocol;
  payload.skip(kHeaderSize);
  return next_of(protocol);
}

NextHeader decode_linux_cooked2(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kHeaderSize2, record)) return kPayload;
  auto* cooked = record.add<record::LinuxCooked>();
  if (cooked == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  const std::uint16_t protocol = header.be16(0);
  cooked->version = 2;
  cooked->protocol = protocol;
  cooked->interface_index = header.be32(4);
  cooked->hardware_type = header.be16(8);
  cooked->packet_type = header.u8(10);
  cooked->address_length = header.u8(11);
  header.copy(12, cooked->address);
  payload.skip(kHeaderSize2);
  return next_of(protocol);
}

}  // namespace pktferry::decode
