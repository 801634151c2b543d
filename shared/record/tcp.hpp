// TCP (RFC 9293) with the options that matter to operators (RFC 7323 window scale and timestamps, RFC 2018 SACK).
// Tail: sack_count pairs of 32-bit edges {left, right}, then option_count bytes, the kind of each option in order.
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

struct Tcp {
  static constexpr LayerType kType = LayerType::kTcp;
  static constexpr std::uint32_t kMaxOptions = 40;  // 40 bytes of options, one byte each at least
  static constexpr std::uint32_t kMaxSackBlocks = 4;

  // Bits of `present`.
  enum Present : std::uint8_t {
    kWholeHeader = 1,  // else only the ports and the sequence number are known (quoted by ICMP, or cut)
    kMss = 2,
    kWindowScale = 4,
    kSackPermitted = 8,
    kTimestamps = 16,
  };

  LayerHeader header;
  std::uint16_t src_port;
  std::uint16_t dst_port;
  std::uint32_t sequence;        // raw, not relative
  std::uint32_t acknowledgment;  // raw, not relative
  std::uint16_t flags;           // 12 bits: reserved (3), AE, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN
  std::uint16_t window;          // as in the header, not scaled
  std::uint16_t checksum;        // as in the header, not verified
  std::uint16_t urgent_pointer;
  std::uint32_t segment_length;  // bytes of payload by the IP header's length, also when the capture cut them
  std::uint32_t timestamp_value;
  std::uint32_t timestamp_echo;
  std::uint16_t mss;
  std::uint8_t window_scale;  // shift count
  std::uint8_t header_words;  // data offset, 32-bit words
  std::uint8_t present;       // Present
  std::uint8_t sack_count;    // at most kMaxSackBlocks
  std::uint8_t option_count;  // at most kMaxOptions
  std::uint8_t reserved;      // 0
  constexpr std::uint32_t tail_size() const { return sack_count * 8u + option_count; }
};
static_assert(Layer<Tcp> && sizeof(Tcp) == 44);

}  // namespace pktferry::record
