// The Kafka key of a record.
#include <cstring>

#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/encode/write_address.hpp"
#include "shared/record/ethernet.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/ipv6.hpp"

namespace pktferry::encode {
namespace {

std::string_view encode_flow(std::uint32_t hash, char* out) noexcept {
  for (int i = 0; i < 4; ++i) write_hex_byte(out + 2 * i, static_cast<std::uint8_t>(hash >> (24 - 8 * i)));
  return {out, 8};
}

// The address of the outermost IP header, else of the Ethernet header.
std::string_view encode_address(bool source, const record::RecordView& record, char* out) noexcept {
  const std::uint8_t(*mac)[6] = nullptr;
  int left = record.header().layer_count;
  for (record::LayerView layer = record.first_layer(); left > 0; layer = --left > 0 ? layer.next() : layer) {
    char* end = out;
    if (layer.type() == record::LayerType::kIpv4) {
      const auto& ip = layer.as<record::Ipv4>();
      end = write_ipv4(out, source ? ip.src : ip.dst);
    } else if (layer.type() == record::LayerType::kIpv6) {
      const auto& ip = layer.as<record::Ipv6>();
      end = write_ipv6(out, source ? ip.src : ip.dst);
    } else if (layer.type() == record::LayerType::kEthernet && mac == nullptr) {
      const auto& ethernet = layer.as<record::Ethernet>();
      mac = source ? &ethernet.src : &ethernet.dst;
    }
    if (end != out) return {out, static_cast<std::size_t>(end - out)};
  }
  if (mac == nullptr) return {out, 0};
  return {out, static_cast<std::size_t>(write_mac(out, *mac) - out)};
}

}  // namespace

std::string_view encode_key(Key key, const record::RecordView& record, char* out) noexcept {
  switch (key) {
    case Key::kFlow: return encode_flow(record.header().flow_hash, out);
    case Key::kSource: return encode_address(true, record, out);
    case Key::kDestination: return encode_address(false, record, out);
    case Key::kNone: break;
  }
  return {out, 0};
}

}  // namespace pktferry::encode
