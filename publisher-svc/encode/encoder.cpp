// The walk over a record's blocks, and what of JSON lies around the layers.
//
// Where a block goes: into the object of its scope (`layers` for scope 0, an object of `inner` for each other), under
// its layer's name; blocks of a repeating kind in a row into one array. The blocks of kQuotedScope behind an ICMP block
// go into its `quoted`. A block whose name is taken already, and a quoted one that no ICMP block precedes, opens a new
// object of `inner`: no decoder makes such records, but no object may have a key twice. Blocks of unknown types are
// skipped.
#include "publisher-svc/encode/encoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "publisher-svc/encode/catalogue.hpp"
#include "publisher-svc/encode/message_bound.hpp"
#include "publisher-svc/encode/selection.hpp"
#include "publisher-svc/encode/write_fields.hpp"

namespace pktferry::encode {
namespace {

static_assert(kMaxMessageBound <= Encoder::kMaxMessageSize);

template <std::size_t I>
constexpr const auto& kProtocol = std::get<I>(kProtocolLayers);

template <std::size_t I>
using ProtocolBlock = typename std::remove_cvref_t<decltype(kProtocol<I>)>::Source;

// Block types are small numbers: one bit each.
constexpr std::uint32_t bit_of(record::LayerType type) {
  return std::uint32_t{1} << static_cast<unsigned>(type);
}

constexpr std::uint32_t kKnownTypes = []<std::size_t... I>(std::index_sequence<I...>) {
  static_assert(((static_cast<unsigned>(ProtocolBlock<I>::kType) < 32) && ...));
  return (bit_of(ProtocolBlock<I>::kType) | ...);
}
(std::make_index_sequence<kProtocolCount>{});

bool is_known(record::LayerType type) {
  return static_cast<unsigned>(type) < 32 && (kKnownTypes & bit_of(type)) != 0;
}

// "ip:" and the like by block type, for frame_frame_protocols.
struct ProtocolName {
  char text[kMaxProtocolLength]{};
  std::size_t length = 0;
};
consteval ProtocolName protocol_name(std::string_view name) {
  ProtocolName result;
  *std::copy(name.begin(), name.end(), result.text) = ':';
  result.length = name.size() + 1;
  return result;
}
constexpr std::array<ProtocolName, 32> kProtocolNames = [] {
  std::array<ProtocolName, 32> names;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((names[static_cast<std::size_t>(ProtocolBlock<I>::kType)] =
          protocol_name(std::remove_cvref_t<decltype(kProtocol<I>)>::kName.view())),
     ...);
  }
  (std::make_index_sequence<kProtocolCount>{});
  return names;
}();

// The blocks from here to the end of the record.
class Walk {
 public:
  explicit Walk(const record::RecordView& record) : at_(record.first_layer()), left_(record.header().layer_count) {
    skip_unknown();
  }
  bool is_at_end() const { return left_ == 0; }
  const record::LayerView& block() const { return at_; }
  bool is_at(std::uint8_t scope, record::LayerType type) const {
    return left_ != 0 && at_.scope() == scope && at_.type() == type;
  }
  bool is_in(std::uint8_t scope) const { return left_ != 0 && at_.scope() == scope; }
  void advance() {
    step();
    skip_unknown();
  }
  void advance_to_end() { left_ = 0; }

 private:
  void step() {
    if (--left_ != 0) at_ = at_.next();
  }
  void skip_unknown() {
    while (left_ != 0 && !is_known(at_.type())) step();
  }

  record::LayerView at_;
  int left_;
};

class LayerWriter {
 public:
  LayerWriter(const Selection& selection, const record::RecordView& record) : selection_(selection), walk_(record) {}

  bool is_at_end() const { return walk_.is_at_end(); }
  std::uint8_t scope() const { return walk_.block().scope(); }

  // The members of one object of layers: blocks of `scope`, until one's name is taken.
  char* write_layers(char* out, std::uint8_t scope, bool in_quoted) noexcept {
    std::uint32_t taken = 0;
    while (walk_.is_in(scope)) {
      const record::LayerType type = walk_.block().type();
      if ((taken & bit_of(type)) != 0) break;
      taken |= bit_of(type);
      out = write_layer(out, type, scope, in_quoted, std::make_index_sequence<kProtocolCount>{});
    }
    return out;
  }

 private:
  template <std::size_t... I>
  char* write_layer(char* out, record::LayerType type, std::uint8_t scope, bool in_quoted,
                    std::index_sequence<I...>) noexcept {
    static_cast<void>(
        ((type == ProtocolBlock<I>::kType && (out = write_blocks<I>(out, scope, in_quoted), true)) || ...));
    return out;
  }

  template <std::size_t I>
  [[gnu::always_inline]] inline char* write_blocks(char* out, std::uint8_t scope, bool in_quoted) noexcept {
    using Layer = std::remove_cvref_t<decltype(kProtocol<I>)>;
    using Block = typename Layer::Source;
    if constexpr (Layer::kRepeats) {
      char* const begin = JoinedLiteral<",\"", Layer::kName, "\":">::put(out);
      char* end = begin;
      while (walk_.is_at(scope, Block::kType)) {
        char* const after_comma = end + 1;
        const Block block = walk_.block().as<Block>();
        walk_.advance();
        char* const object_end =
            write_object<kProtocol<I>>(after_comma, selection_, block, {}, [](char* at) { return at; });
        if (object_end == after_comma) continue;
        *end = ',';
        end = object_end;
      }
      return end == begin ? out : enclose(begin, end, '[', ']');
    } else {
      // A copy: `out` may alias anything, so that fields of the record itself would be loaded anew after each write.
      const Block block = walk_.block().as<Block>();
      const Tail tail = walk_.block().tail<Block>();
      walk_.advance();
      if constexpr (std::is_same_v<Block, record::Icmp> || std::is_same_v<Block, record::Icmpv6>) {
        const bool has_quoted = !in_quoted && walk_.is_in(record::kQuotedScope) && scope != record::kQuotedScope;
        bool wrote_quoted = false;
        out = write_member<kProtocol<I>>(out, selection_, block, tail, [&](char* at) {
          wrote_quoted = has_quoted;
          return has_quoted ? write_quoted(at) : at;
        });
        if (has_quoted && !wrote_quoted) walk_.advance_to_end();  // not selected, and nothing but quoted ones follow
        return out;
      } else {
        return write_member<kProtocol<I>>(out, selection_, block, tail, [](char* at) { return at; });
      }
    }
  }

  char* write_quoted(char* out) noexcept {
    char* const end = write_layers(out, record::kQuotedScope, true);
    return end == out ? out : enclose(out, end, '{', '}');
  }

  const Selection& selection_;
  Walk walk_;
};

char* write_time(char* out, std::uint64_t timestamp_ns, TimestampUnit unit) noexcept {
  switch (unit) {
    case TimestampUnit::kMilliseconds: return write_number(out, timestamp_ns / 1'000'000);
    case TimestampUnit::kMicroseconds: return write_number(out, timestamp_ns / 1'000);
    case TimestampUnit::kNanoseconds: break;
  }
  return write_number(out, timestamp_ns);
}

// Escaped for PaddedText; `size` bytes of `text` count.
struct Padded {
  std::string text;
  std::size_t size;
  std::string_view view() const { return {text.data(), size}; }
};
Padded escape_padded(std::string_view from, std::size_t max_length) {
  from = from.substr(0, max_length);
  std::string text(from.size() * kMaxEscapedByte + kLiteralSlack, '\0');
  const auto size = static_cast<std::size_t>(write_text(text.data(), from) - text.data());
  return {std::move(text), size};
}

}  // namespace

char* write_protocols(char* out, const record::RecordView& record) noexcept {
  char* const begin = out;
  for (Walk walk(record); !walk.is_at_end(); walk.advance()) {
    const record::LayerView& block = walk.block();
    if (block.type() == record::LayerType::kIpv6Extension) {
      const std::string_view name = extension_name(block.as<record::Ipv6Extension>().protocol);
      out = std::copy(name.begin(), name.end(), out);
      *out++ = ':';
    } else {
      const ProtocolName& name = kProtocolNames[static_cast<std::size_t>(block.type())];
      std::memcpy(out, name.text, sizeof(name.text));
      out += name.length;
    }
  }
  if ((record.header().flags & record::kHasPayload) != 0) return put_literal<"payload">(out);
  return out == begin ? out : out - 1;  // without the last colon
}

struct Encoder::Plan {
  explicit Plan(const EncoderOptions& options)
      : selection(options.fields),
        timestamp_unit(options.timestamp_unit),
        node(escape_padded(options.node, kMaxNodeLength)),
        ring_id(escape_padded(options.ring_id, kMaxRingIdLength)) {}
  Selection selection;
  TimestampUnit timestamp_unit;
  Padded node;
  Padded ring_id;
};

Encoder::Encoder(const EncoderOptions& options) : plan_(std::make_unique<const Plan>(options)) {}
Encoder::~Encoder() = default;

std::size_t Encoder::encode(const record::RecordView& record, std::uint32_t lane, std::string_view interface,
                            char* out) const noexcept {
  const Plan& plan = *plan_;
  const record::RecordHeader& header = record.header();
  const auto no_quoted = [](char* at) { return at; };
  char* const message = out;

  char* const time_begin = put_literal<"{\"timestamp\":\"">(out);
  out = write_time(time_begin, header.timestamp_ns, plan.timestamp_unit);
  const std::string_view time(time_begin, static_cast<std::size_t>(out - time_begin));
  *out++ = '"';

  const CaptureFacts capture{header, lane, plan.node.view(), plan.ring_id.view(), interface};
  out = write_member<kCaptureLayer>(out, plan.selection, capture, {}, no_quoted);

  const FrameFacts frame{time, header.frame_number, header.wire_length, header.captured_length, record};
  LayerWriter layers(plan.selection, record);
  if (char* const begin = put_literal<",\"layers\":">(out); true) {
    char* end = write_member<kFrameLayer>(begin, plan.selection, frame, {}, no_quoted);
    end = layers.write_layers(end, 0, false);
    if (end != begin) out = enclose(begin, end, '{', '}');
  }
  if (!layers.is_at_end()) {
    char* const begin = put_literal<",\"inner\":">(out);
    char* end = begin;
    while (!layers.is_at_end()) {
      char* const after_comma = end + 1;
      char* const object_end = layers.write_layers(after_comma, layers.scope(), false);
      if (object_end == after_comma) continue;
      *end = ',';
      end = enclose(after_comma, object_end, '{', '}');
    }
    if (end != begin) out = enclose(begin, end, '[', ']');
  }
  *out++ = '}';
  return static_cast<std::size_t>(out - message);
}

}  // namespace pktferry::encode
