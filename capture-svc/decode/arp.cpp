#include "capture-svc/decode/arp.hpp"

#include "shared/record/arp.hpp"

namespace pktferry::decode {

NextHeader decode_arp(Payload& payload, RecordBuilder& record) noexcept {
  constexpr std::uint32_t kFixedSize = 8;
  if (!payload.require(kFixedSize, record)) return kPayload;
  const std::uint8_t hardware_size = payload.bytes().u8(4);
  const std::uint8_t protocol_size = payload.bytes().u8(5);
  const std::uint32_t size = kFixedSize + 2u * (hardware_size + protocol_size);
  // Without its addresses an ARP packet says nothing.
  if (!payload.require(size, record)) return kPayload;
  auto* arp = record.add<record::Arp>();
  if (arp == nullptr) return kPayload;

  payload.limit(size, record);
  const ByteReader header = payload.bytes();
  arp->hardware_type = header.be16(0);
  arp->protocol_type = header.be16(2);
  arp->hardware_size = hardware_size;
  arp->protocol_size = protocol_size;
  arp->opcode = header.be16(6);
  if (arp->has_addresses()) {
    header.copy(8, arp->sender_hardware);
    header.copy(14, arp->sender_protocol);
    header.copy(18, arp->target_hardware);
    header.copy(24, arp->target_protocol);
  }
  payload.skip(size);
  return kPayload;
}

}  // namespace pktferry::decode
