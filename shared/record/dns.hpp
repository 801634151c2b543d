// DNS (RFC 1035). Tail: question_count entries, then answer_count entries. Each entry is a DnsEntry, its name, then
// its data, the entry padded to kLayerAlignment. Names are presentation text without the final dot ("" is the root),
// raw bytes, not escaped. A text longer than its bound is cut and the record flagged kLimited; a name never is: the
// protocol has the same bound.
#pragma once

#include "shared/record/layer.hpp"

namespace pktferry::record {

// How DnsEntry's data is to be read.
enum class DnsData : std::uint8_t {
  kNone = 0,  // not decoded; data_length is 0 (all questions are so)
  kIpv4 = 1,  // 4 bytes
  kIpv6 = 2,  // 16 bytes
  kName = 3,  // CNAME, NS, PTR, and the exchange of MX (its preference is in `preference`)
  kText = 4,  // TXT: the character strings joined; sensitive
};

struct DnsEntry {
  std::uint16_t type;         // RR type: 1 A, 28 AAAA, ...
  std::uint16_t klass;        // 1 IN; the top bit is mDNS's
  std::uint32_t ttl_s;        // answers only
  std::uint16_t name_length;  // bytes, at most Dns::kMaxNameLength
  std::uint16_t data_length;  // bytes, at most Dns::kMaxDataLength
  std::uint16_t preference;   // MX only
  DnsData data_kind;
  std::uint8_t reserved;  // 0
};
static_assert(sizeof(DnsEntry) == 16);

struct Dns {
  static constexpr LayerType kType = LayerType::kDns;
  static constexpr std::uint32_t kMaxQuestions = 4;
  static constexpr std::uint32_t kMaxAnswers = 12;
  static constexpr std::uint32_t kMaxNameLength = 255;
  static constexpr std::uint32_t kMaxDataLength = 255;

  LayerHeader header;
  std::uint16_t id;
  std::uint16_t flags;          // the header's second word: QR, opcode, AA, TC, RD, RA, Z, AD, CD, RCODE
  std::uint16_t count_queries;  // as in the header; the entries recorded may be fewer
  std::uint16_t count_answers;
  std::uint16_t count_authorities;
  std::uint16_t count_additionals;
  std::uint16_t entries_size;   // bytes of the tail, a multiple of kLayerAlignment
  std::uint8_t question_count;  // at most kMaxQuestions
  std::uint8_t answer_count;    // at most kMaxAnswers
  constexpr std::uint32_t tail_size() const { return entries_size; }
};
static_assert(Layer<Dns> && sizeof(Dns) == 20);

}  // namespace pktferry::record
