// The checks of RecordView::parse, one switch over the blocks there are.
#include "shared/record/record_view.hpp"

#include <algorithm>

#include "shared/record/arp.hpp"
#include "shared/record/dns.hpp"
#include "shared/record/ethernet.hpp"
#include "shared/record/icmp.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/ipv6.hpp"
#include "shared/record/linux_cooked.hpp"
#include "shared/record/loopback.hpp"
#include "shared/record/tcp.hpp"
#include "shared/record/udp.hpp"
#include "shared/record/vlan.hpp"

namespace pktferry::record {
namespace {

template <Layer T>
bool block_fits(const std::byte* block, std::uint32_t size) {
  return size >= sizeof(T) && size - sizeof(T) >= reinterpret_cast<const T*>(block)->tail_size();
}

bool tcp_fits(const std::byte* block, std::uint32_t size) {
  if (!block_fits<Tcp>(block, size)) return false;
  const auto& tcp = *reinterpret_cast<const Tcp*>(block);
  return tcp.sack_count <= Tcp::kMaxSackBlocks && tcp.option_count <= Tcp::kMaxOptions;
}

bool ipv4_fits(const std::byte* block, std::uint32_t size) {
  return block_fits<Ipv4>(block, size) && reinterpret_cast<const Ipv4*>(block)->option_count <= Ipv4::kMaxOptions;
}

bool dns_fits(const std::byte* block, std::uint32_t size) {
  if (!block_fits<Dns>(block, size)) return false;
  const auto& dns = *reinterpret_cast<const Dns*>(block);
  if (dns.question_count > Dns::kMaxQuestions || dns.answer_count > Dns::kMaxAnswers) return false;
  std::uint32_t room = dns.entries_size;
  if (room % kLayerAlignment != 0) return false;
  const std::byte* at = block + sizeof(Dns);
  for (int left = dns.question_count + dns.answer_count; left > 0; --left) {
    if (room < sizeof(DnsEntry)) return false;
    const auto& entry = *reinterpret_cast<const DnsEntry*>(at);
    if (entry.name_length > Dns::kMaxNameLength || entry.data_length > Dns::kMaxDataLength) return false;
    if (entry.data_kind == DnsData::kIpv4 && entry.data_length != 4) return false;
    if (entry.data_kind == DnsData::kIpv6 && entry.data_length != 16) return false;
    const std::uint32_t entry_size =
        align_layer(static_cast<std::uint32_t>(sizeof(DnsEntry)) + entry.name_length + entry.data_length);
    if (entry_size > room) return false;
    at += entry_size;
    room -= entry_size;
  }
  return room == 0;
}

bool fits(const std::byte* block, const LayerHeader& header) {
  switch (header.type) {
    case LayerType::kEthernet: return block_fits<Ethernet>(block, header.size);
    case LayerType::kVlan: return block_fits<Vlan>(block, header.size);
    case LayerType::kLinuxCooked: return block_fits<LinuxCooked>(block, header.size);
    case LayerType::kLoopback: return block_fits<Loopback>(block, header.size);
    case LayerType::kArp: return block_fits<Arp>(block, header.size);
    case LayerType::kIpv4: return ipv4_fits(block, header.size);
    case LayerType::kIpv6: return block_fits<Ipv6>(block, header.size);
    case LayerType::kIpv6Extension: return block_fits<Ipv6Extension>(block, header.size);
    case LayerType::kTcp: return tcp_fits(block, header.size);
    case LayerType::kUdp: return block_fits<Udp>(block, header.size);
    case LayerType::kIcmp: return block_fits<Icmp>(block, header.size);
    case LayerType::kIcmpv6: return block_fits<Icmpv6>(block, header.size);
    case LayerType::kDns: return dns_fits(block, header.size);
  }
  return true;  // a block of a later version: its size is checked, its inside is nobody's business
}

}  // namespace

std::optional<RecordView> RecordView::parse(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < sizeof(RecordHeader) || bytes.size() > kMaxRecordSize) return std::nullopt;
  const RecordView view(bytes.data());
  const RecordHeader& record = view.header();
  if (record.size != bytes.size() || record.size % kRecordAlignment != 0) return std::nullopt;
  if (record.kind != RecordKind::kPacket || record.layer_count > kMaxLayers) return std::nullopt;

  std::uint32_t offset = sizeof(RecordHeader);
  std::uint8_t scope = 0;
  for (int left = record.layer_count; left > 0; --left) {
    if (record.size - offset < sizeof(LayerHeader)) return std::nullopt;
    const std::byte* block = bytes.data() + offset;
    const auto& header = *reinterpret_cast<const LayerHeader*>(block);
    if (header.size < sizeof(LayerHeader) || header.size % kLayerAlignment != 0) return std::nullopt;
    if (header.size > record.size - offset || header.scope < scope) return std::nullopt;
    if (!fits(block, header)) return std::nullopt;
    scope = header.scope;
    offset += header.size;
  }
  // Only the padding up to the record's alignment may be left.
  if (record.size - offset >= kRecordAlignment) return std::nullopt;
  // Made anew: handing out `view` itself would be a store that the caller has to wait for.
  return RecordView(bytes.data());
}

}  // namespace pktferry::record
