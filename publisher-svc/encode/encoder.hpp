// From a record to one JSON message. The fields of each protocol are declared once, in the list beside its name in this
// directory; encoder, `--fields`, docs/fields.md, the JSON Schema and the SQL table definitions all come out of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/record_view.hpp"

namespace pktferry::encode {

enum class TimestampUnit { kMilliseconds, kMicroseconds, kNanoseconds };

// A field or layer that does not exist, with the nearest names. One line.
class FieldError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct EncoderOptions {
  std::string node;     // any bytes, cut at 255; escaped once, at construction
  std::string ring_id;  // 32 hex digits
  TimestampUnit timestamp_unit = TimestampUnit::kMicroseconds;
  // What `--fields` picks: names of layers ("tcp", "dns.questions") or single fields ("ip.ip_ip_src", "ip_ip_src"); a
  // leading '-' takes out; the later of two that contradict each other wins. Empty, or with nothing but '-': from every
  // field that is not sensitive. A sensitive field is picked by its own name only. `timestamp` is in every message.
  std::vector<std::string> fields;
};

// Thread rights: const after construction, one thread per call of encode with its own output.
class Encoder {
 public:
  // No record gives more bytes than this, nor does encode() touch more (proven in message_bound.hpp).
  static constexpr std::size_t kMaxMessageSize = 64u << 10;

  // Throws FieldError for a name in options.fields that does not exist.
  explicit Encoder(const EncoderOptions& options);
  ~Encoder();

  // Writes the message at `out` (kMaxMessageSize bytes of room), without a line end, and returns its length. Always
  // valid UTF-8 JSON without a key twice in an object, whatever the record holds. `interface` is the name for
  // capture.interface, any bytes, cut at 64.
  [[nodiscard]] std::size_t encode(const record::RecordView& record, std::uint32_t lane, std::string_view interface,
                                   char* out) const noexcept;

 private:
  struct Plan;
  std::unique_ptr<const Plan> plan_;
};

// The Kafka key of a record: 8 hex digits of the flow's hash, or an address in text: the outermost IP header's, without
// one the Ethernet header's; empty where there is none.
enum class Key { kFlow, kSource, kDestination, kNone };
// `out` must have 48 bytes of room. The view is of `out`.
std::string_view encode_key(Key key, const record::RecordView& record, char* out) noexcept;

// The same declarations as documents.
enum class SchemaFormat { kMarkdown, kJsonSchema, kKsqldb, kFlink };
std::string schema(SchemaFormat format);

}  // namespace pktferry::encode
