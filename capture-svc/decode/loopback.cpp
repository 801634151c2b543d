#include "capture-svc/decode/loopback.hpp"

#include "shared/record/loopback.hpp"

namespace pktferry::decode {

NextHeader decode_loopback(Payload& payload, RecordBuilder& record) noexcept {
  constexpr std::uint32_t kHeaderSize = 4;
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* loopback = record.add<record::Loopback>();
  if (loopback == nullptr) return kPayload;

  // LINKTYPE_NULL is in the byte order of whoever captured. Families are small: the high half tells.
  const std::uint32_t little_endian = payload.bytes().le32(0);
  const std::uint32_t family = little_endian <= 0xffff ? little_endian : payload.bytes().be32(0);
  loopback->family = family;
  payload.skip(kHeaderSize);
  switch (family) {
    case 2: return ether_type(kEtherTypeIpv4);
    case 10:  // Linux
    case 23:  // Windows
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return ether_type(kEtherTypeIpv6);
    default: return kPayload;
  }
}

}  // namespace pktferry::decode
