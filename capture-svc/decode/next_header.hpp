// How a decoder says what follows its header, and the signature that all decoders share.
//
// A header names its successor by a number in some registry (EtherType, IP protocol, UDP port). Decoders hand that
// number on; only decode.cpp knows which decoder it means, so that a new protocol is one line there.
#pragma once

#include <cstdint>

#include "capture-svc/decode/payload.hpp"
#include "capture-svc/decode/record_builder.hpp"

namespace pktferry::decode {

// One machine word: a struct of small fields would be put together on the stack and read back as a whole, which stalls
// the processor for longer than a header takes to decode.
class NextHeader {
 public:
  enum class Registry : std::uint8_t {
    kNone,        // no header that we decode: the rest is payload
    kEtherType,   // IEEE 802 numbers
    kIpProtocol,  // IANA protocol numbers
    kUdpPort,     // either port may be the well-known one
  };

  constexpr NextHeader() noexcept = default;
  // `src_number`: kUdpPort only, whose `number` is the destination's.
  constexpr NextHeader(Registry registry, std::uint16_t number, std::uint16_t src_number = 0) noexcept
      : word_(std::uint64_t{static_cast<std::uint8_t>(registry)} << 32 | std::uint64_t{number} << 16 | src_number) {}

  constexpr Registry registry() const noexcept { return static_cast<Registry>(word_ >> 32); }
  constexpr std::uint16_t number() const noexcept { return static_cast<std::uint16_t>(word_ >> 16); }
  constexpr std::uint16_t src_number() const noexcept { return static_cast<std::uint16_t>(word_); }

 private:
  std::uint64_t word_ = 0;
};

inline constexpr NextHeader kPayload{};

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

constexpr NextHeader ether_type(std::uint16_t number) {
  return {NextHeader::Registry::kEtherType, number};
}
constexpr NextHeader ip_protocol(std::uint8_t number) {
  return {NextHeader::Registry::kIpProtocol, number};
}
constexpr NextHeader udp_ports(std::uint16_t src, std::uint16_t dst) {
  return {NextHeader::Registry::kUdpPort, dst, src};
}

// Reads one header at the start of `payload`, adds its block to `record`, takes the header off, narrows `payload` to
// the length that the header states, and tells what follows. Where something is wrong: flags the record (decode.hpp has
// the rules) and returns kPayload, which ends the walk. Never allocates, throws or recurses.
using Decoder = NextHeader (*)(Payload& payload, RecordBuilder& record) noexcept;

}  // namespace pktferry::decode
