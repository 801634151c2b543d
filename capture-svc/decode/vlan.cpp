#include "capture-svc/decode/vlan.hpp"

#include "capture-svc/decode/ethernet.hpp"
#include "shared/record/vlan.hpp"

namespace pktferry::decode {

NextHeader decode_vlan(Payload& payload, RecordBuilder& record) noexcept {
  constexpr std::uint32_t kHeaderSize = 4;
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* vlan = record.add<record::Vlan>();
  if (vlan == nullptr) return kPayload;

  const std::uint16_t control = payload.bytes().be16(0);
  const std::uint16_t type = payload.bytes().be16(2);
  vlan->id = control & 0x0fff;
  vlan->type = type;
  vlan->priority = static_cast<std::uint8_t>(control >> 13);
  vlan->dei = (control >> 12) & 1;
  payload.skip(kHeaderSize);
  return ether_type_or_length(type, payload, record);
}

}  // namespace pktferry::decode
