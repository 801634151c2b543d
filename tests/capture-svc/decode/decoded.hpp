// Decodes a frame the way capture does and hands out what the record holds, as the publisher would see it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capture-svc/decode/decode.hpp"
#include "shared/record/record_view.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {

inline const char* name_of(record::LayerType type) {
  switch (type) {
    case record::LayerType::kEthernet: return "eth";
    case record::LayerType::kVlan: return "vlan";
    case record::LayerType::kLinuxCooked: return "sll";
    case record::LayerType::kLoopback: return "null";
    case record::LayerType::kArp: return "arp";
    case record::LayerType::kIpv4: return "ip";
    case record::LayerType::kIpv6: return "ipv6";
    case record::LayerType::kIpv6Extension: return "ext";
    case record::LayerType::kTcp: return "tcp";
    case record::LayerType::kUdp: return "udp";
    case record::LayerType::kIcmp: return "icmp";
    case record::LayerType::kIcmpv6: return "icmpv6";
    case record::LayerType::kDns: return "dns";
  }
  return "?";
}

// The frame lies in a heap block of exactly its size, so that AddressSanitizer sees the first byte read beyond it. The
// record's room holds rubbish beforehand, as a ring's does. A record that RecordView refuses fails the test.
class Decoded {
 public:
  explicit Decoded(const Bytes& frame, LinkType link_type = LinkType::kEthernet,
                   std::optional<std::size_t> wire_length = std::nullopt) {
    room_.fill(std::byte{0xee});
    const auto exact = std::make_unique<std::byte[]>(frame.size());
    std::copy(frame.begin(), frame.end(), exact.get());
    RecordBuilder builder(room_.data());
    decode({{exact.get(), frame.size()}, static_cast<std::uint32_t>(wire_length.value_or(frame.size())), link_type},
           builder);
    builder.header().size = builder.size();
    builder.header().kind = record::RecordKind::kPacket;
    const auto view = record::RecordView::parse({room_.data(), builder.size()});
    if (!view) {
      ADD_FAILURE() << "decode built a record that RecordView::parse refuses";
      return;
    }
    auto layer = view->first_layer();
    for (int left = view->header().layer_count; left > 0; --left, layer = layer.next()) layers_.push_back(layer);
  }
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;

  const record::RecordHeader& header() const { return *reinterpret_cast<const record::RecordHeader*>(room_.data()); }
  // Without kHasPayload, which payload_length says as well.
  int faults() const { return header().flags & ~record::kHasPayload; }
  std::uint32_t payload_length() const { return header().payload_length; }
  const std::vector<record::LayerView>& layers() const { return layers_; }

  // "eth ip icmp (ip udp)": quoted layers in parentheses.
  std::string chain() const {
    std::string chain;
    bool quoted = false;
    for (const auto& layer : layers_) {
      if (!chain.empty()) chain += ' ';
      if (layer.scope() == record::kQuotedScope && !quoted) {
        quoted = true;
        chain += '(';
      }
      chain += name_of(layer.type());
    }
    return quoted ? chain + ')' : chain;
  }

  // The `index`-th block of type T.
  template <record::Layer T>
  const T& get(std::size_t index = 0) const {
    return find<T>(index).template as<T>();
  }
  template <record::Layer T>
  std::span<const std::byte> tail(std::size_t index = 0) const {
    return find<T>(index).template tail<T>();
  }

 private:
  template <record::Layer T>
  const record::LayerView& find(std::size_t index) const {
    for (const auto& layer : layers_) {
      if (layer.type() == T::kType && index-- == 0) return layer;
    }
    throw std::out_of_range("no such layer in \"" + chain() + '"');
  }

  alignas(record::kRecordAlignment) std::array<std::byte, record::kMaxRecordSize> room_;
  std::vector<record::LayerView> layers_;
};

inline std::string hex_of(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

template <std::size_t N>
std::string hex_of(const std::uint8_t (&bytes)[N]) {
  return hex_of(std::as_bytes(std::span(bytes)));
}

}  // namespace pktferry::decode::test
