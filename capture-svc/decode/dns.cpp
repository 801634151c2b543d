#include "capture-svc/decode/dns.hpp"

#include <algorithm>
#include <cstring>

#include "shared/record/dns.hpp"

namespace pktferry::decode {
namespace {

using record::Dns;
using record::DnsData;
using record::DnsEntry;

constexpr std::uint32_t kHeaderSize = 12;
constexpr std::uint32_t kMaxNameSize = 255;  // on the wire, with the lengths and the root (RFC 1035 §2.3.4)

// IANA "DNS Resource Record TYPEs" and "DNS CLASSes".
enum Type : std::uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
};
constexpr std::uint16_t kInternet = 1;
constexpr std::uint16_t kClassMask = 0x7fff;  // the top bit is mDNS's

// A name or the data of an answer, before it is known whether the record has room for it.
struct Text {
  std::byte bytes[std::max(Dns::kMaxNameLength, Dns::kMaxDataLength)];
  std::uint16_t length = 0;
};

// One message: reads entry after entry and adds them to the tail of its Dns block. The bool of every method says
// whether to go on; where it is false, the record says why.
class Message {
 public:
  Message(const Payload& payload, Dns& dns, RecordBuilder& record) noexcept
      : bytes_(payload.bytes()), length_(payload.length()), dns_(dns), record_(record) {}

  void read_entries() {
    for (std::uint32_t left = dns_.count_queries; left != 0; --left) {
      if (dns_.question_count == Dns::kMaxQuestions) return record_.flag(record::kLimited);
      if (!read_question()) return;
      ++dns_.question_count;
    }
    for (std::uint32_t left = dns_.count_answers; left != 0; --left) {
      if (dns_.answer_count == Dns::kMaxAnswers) return record_.flag(record::kLimited);
      if (!read_answer()) return;
      ++dns_.answer_count;
    }
  }

 private:
  bool read_question() {
    DnsEntry entry{};
    Text name;
    if (!read_name(position_, name) || !require(position_, 4)) return false;
    entry.type = bytes_.be16(position_);
    entry.klass = bytes_.be16(position_ + 2);
    position_ += 4;
    return store(entry, name, Text());
  }

  bool read_answer() {
    DnsEntry entry{};
    Text name;
    if (!read_name(position_, name) || !require(position_, 10)) return false;
    entry.type = bytes_.be16(position_);
    entry.klass = bytes_.be16(position_ + 2);
    entry.ttl_s = bytes_.be32(position_ + 4);
    const std::uint32_t size = bytes_.be16(position_ + 8);
    position_ += 10;
    if (!require(position_, size)) return false;
    Text data;
    if (!read_data(position_, size, entry, data)) return false;
    position_ += size;
    return store(entry, name, data);
  }

  // RFC 1035 §3.3 and §3.4, RFC 3596 §2.2.
  bool read_data(std::uint32_t offset, std::uint32_t size, DnsEntry& entry, Text& data) {
    const bool is_internet = (entry.klass & kClassMask) == kInternet;
    // Dynamic updates (RFC 2136 §2.4) name records without data, in the classes ANY and NONE.
    if (size == 0 && !is_internet) return true;
    switch (entry.type) {
      case kA: return !is_internet || read_address(offset, size, 4, DnsData::kIpv4, entry, data);
      case kAaaa: return !is_internet || read_address(offset, size, 16, DnsData::kIpv6, entry, data);
      case kNs:
      case kCname:
      case kPtr: return read_target(offset, size, entry, data);
      case kMx:
        if (size < 2) return fail(record::kMalformed);
        entry.preference = bytes_.be16(offset);
        return read_target(offset + 2, size - 2, entry, data);
      case kTxt: return read_strings(offset, size, entry, data);
      default: return true;
    }
  }

  bool read_address(std::uint32_t offset, std::uint32_t size, std::uint16_t expected_size, DnsData kind,
                    DnsEntry& entry, Text& data) {
    if (size != expected_size) return fail(record::kMalformed);
    bytes_.copy(offset, size, data.bytes);
    data.length = expected_size;
    entry.data_kind = kind;
    return true;
  }

  bool read_target(std::uint32_t offset, std::uint32_t size, DnsEntry& entry, Text& data) {
    const std::uint32_t end = offset + size;
    if (!read_name(offset, data)) return false;
    if (offset != end) return fail(record::kMalformed);
    entry.data_kind = DnsData::kName;
    return true;
  }

  bool read_strings(std::uint32_t offset, std::uint32_t size, DnsEntry& entry, Text& data) {
    const std::uint32_t end = offset + size;
    while (offset != end) {
      const std::uint32_t length = bytes_.u8(offset);
      ++offset;
      if (length > end - offset) return fail(record::kMalformed);
      const std::uint32_t kept = std::min(length, Dns::kMaxDataLength - data.length);
      if (kept < length) record_.flag(record::kLimited);
      bytes_.copy(offset, kept, data.bytes + data.length);
      data.length = static_cast<std::uint16_t>(data.length + kept);
      offset += length;
    }
    entry.data_kind = DnsData::kText;
    return true;
  }

  // Moves `offset` behind the name. A pointer must lead to the front of where the labels it ends began: so no chain of
  // pointers ever comes back.
  bool read_name(std::uint32_t& offset, Text& name) {
    std::uint32_t at = offset;
    std::uint32_t start = offset;
    std::uint32_t size = 1;  // on the wire; the root
    std::uint32_t pointers = 0;
    for (;;) {
      if (!require(at, 1)) return false;
      const std::uint32_t label = bytes_.u8(at);
      if (label >= 0xc0) {
        if (!require(at, 2)) return false;
        const std::uint32_t target = bytes_.be16(at) & 0x3fffu;
        if (target < kHeaderSize || target >= start || pointers == kMaxDnsPointers) return fail(record::kMalformed);
        if (pointers == 0) offset = at + 2;
        ++pointers;
        at = start = target;
        continue;
      }
      ++at;
      if (label == 0) {
        if (pointers == 0) offset = at;
        return true;
      }
      size += 1 + label;
      if (label >= 0x40 || size > kMaxNameSize) return fail(record::kMalformed);
      if (!require(at, label)) return false;
      if (name.length != 0) name.bytes[name.length++] = std::byte{'.'};
      bytes_.copy(at, label, name.bytes + name.length);
      name.length = static_cast<std::uint16_t>(name.length + label);
      at += label;
    }
  }

  bool store(DnsEntry& entry, const Text& name, const Text& data) {
    entry.name_length = name.length;
    entry.data_length = data.length;
    const std::uint32_t size =
        record::align_layer(static_cast<std::uint32_t>(sizeof(DnsEntry)) + name.length + data.length);
    std::byte* to = record_.grow(size);
    if (to == nullptr) return false;
    std::memcpy(to, &entry, sizeof(DnsEntry));
    std::memcpy(to + sizeof(DnsEntry), name.bytes, name.length);
    std::memcpy(to + sizeof(DnsEntry) + name.length, data.bytes, data.length);
    dns_.entries_size = static_cast<std::uint16_t>(dns_.entries_size + size);
    return true;
  }

  bool require(std::uint32_t offset, std::uint32_t size) {
    if (bytes_.holds(offset, size)) return true;
    return fail(offset + size > length_ ? record::kMalformed : record::kTruncated);
  }

  bool fail(record::RecordFlags flag) {
    record_.flag(flag);
    return false;
  }

  const ByteReader bytes_;
  const std::uint32_t length_;  // of the message, also where the capture cut it
  Dns& dns_;
  RecordBuilder& record_;
  std::uint32_t position_ = kHeaderSize;  // of the next entry
};

}  // namespace

NextHeader decode_dns(Payload& payload, RecordBuilder& record) noexcept {
  if (!payload.require(kHeaderSize, record)) return kPayload;
  auto* dns = record.add<Dns>();
  if (dns == nullptr) return kPayload;

  const ByteReader header = payload.bytes();
  dns->id = header.be16(0);
  dns->flags = header.be16(2);
  dns->count_queries = header.be16(4);
  dns->count_answers = header.be16(6);
  dns->count_authorities = header.be16(8);
  dns->count_additionals = header.be16(10);
  Message(payload, *dns, record).read_entries();
  // The whole message is header: nothing of it is payload.
  payload.skip_all();
  return kPayload;
}

}  // namespace pktferry::decode
