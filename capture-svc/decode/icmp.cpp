#include "capture-svc/decode/icmp.hpp"

#include "shared/record/icmp.hpp"

namespace pktferry::decode {
namespace {

using record::Icmp;

// IANA "ICMP Type Numbers".
enum Type : std::uint8_t {
  kEchoReply = 0,
  kUnreachable = 3,
  kSourceQuench = 4,
  kRedirect = 5,
  kEcho = 8,
  kTimeExceeded = 11,
  kParameterProblem = 12,
  kTimestamp = 13,
  kTimestampReply = 14,
  kInformation = 15,
  kInformationReply = 16,
  kAddressMask = 17,
  kAddressMaskReply = 18,
};
constexpr std::uint8_t kFragmentationNeeded = 4;  // code of kUnreachable

constexpr bool is_error(std::uint8_t type) {
  return type == kUnreachable || type == kSourceQuench || type == kRedirect || type == kTimeExceeded ||
         type == kParameterProblem;
}

constexpr bool has_identifier(std::uint8_t type) {
  return type == kEchoReply || type == kEcho || (type >= kTimestamp && type <= kAddressMaskReply);
}

}  // namespace

NextHeader decode_icmp(Payload& payload, RecordBuilder& record) noexcept {
  constexpr std::uint32_t kHeaderSize = 8;
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* icmp = record.add<Icmp>();
  if (icmp == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  const std::uint8_t type = header.u8(0);
  const std::uint8_t code = header.u8(1);
  icmp->type = type;
  icmp->code = code;
  icmp->checksum = header.be16(2);
  if (has_identifier(type)) {
    icmp->present = Icmp::kEcho;
    icmp->identifier = header.be16(4);
    icmp->sequence = header.be16(6);
  } else if (type == kRedirect) {
    icmp->present = Icmp::kGateway;
    header.copy(4, icmp->gateway);
  } else if (type == kUnreachable && code == kFragmentationNeeded) {
    icmp->present = Icmp::kMtu;
    icmp->mtu = header.be16(6);
  }
  payload.skip(kHeaderSize);

  // An error about an error must not be sent (RFC 1122 §3.2.2): one quotation is all we follow.
  if (!is_error(type) || payload.is_quoted() || payload.length() == 0) return kPayload;
  payload.set_quoted();
  record.set_scope(record::kQuotedScope);
  return ether_type(kEtherTypeIpv4);
}

}  // namespace pktferry::decode
