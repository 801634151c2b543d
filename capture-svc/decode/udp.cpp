#include "capture-svc/decode/udp.hpp"

#include "shared/record/udp.hpp"

namespace pktferry::decode {

NextHeader decode_udp(Payload& payload, RecordBuilder& record) noexcept {
  constexpr std::uint32_t kHeaderSize = 8;
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* udp = record.add<record::Udp>();
  if (udp == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  const std::uint16_t src_port = header.be16(0);
  const std::uint16_t dst_port = header.be16(2);
  const std::uint16_t length = header.be16(4);
  udp->src_port = src_port;
  udp->dst_port = dst_port;
  udp->length = length;
  udp->checksum = header.be16(6);
  // What 16 bits cannot hold has the length 0 (RFC 2675 §4; Linux does the same in IPv4 before segmentation).
  const bool is_jumbo = length == 0 && payload.length() > 0xffff;
  if (length < kHeaderSize && !is_jumbo) {
    record.flag(record::kMalformed);
    payload.skip(kHeaderSize);
    return kPayload;
  }
  payload.limit(is_jumbo ? payload.length() : length, record);
  payload.skip(kHeaderSize);
  // An empty datagram has no header that could be cut; a quoted one is of interest for its ports only.
  if (payload.length() == 0 || payload.is_quoted()) return kPayload;
  return udp_ports(src_port, dst_port);
}

}  // namespace pktferry::decode
