// Records made block by block, and the packets that several tests of the encoder start from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "capture-svc/decode/record_builder.hpp"
#include "publisher-svc/encode/encoder.hpp"
#include "shared/record/arp.hpp"
#include "shared/record/dns.hpp"
#include "shared/record/ethernet.hpp"
#include "shared/record/icmp.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/ipv6.hpp"
#include "shared/record/linux_cooked.hpp"
#include "shared/record/loopback.hpp"
#include "shared/record/record_view.hpp"
#include "shared/record/tcp.hpp"
#include "shared/record/udp.hpp"
#include "shared/record/vlan.hpp"

namespace pktferry::encode::testing {

template <std::size_t N>
void set_bytes(std::uint8_t (&to)[N], const std::array<std::uint8_t, N>& from) {
  std::memcpy(to, from.data(), N);
}

struct CraftedDnsEntry {
  std::string name;
  std::uint16_t type = 1;
  std::uint16_t klass = 1;
  std::uint32_t ttl_s = 0;
  record::DnsData data_kind = record::DnsData::kNone;
  std::string data{};
  std::uint16_t preference = 0;
};

class CraftedRecord {
 public:
  CraftedRecord() : builder_(room_.data()) {
    record::RecordHeader& header = builder_.header();
    header.kind = record::RecordKind::kPacket;
    header.sequence = 1294;
    header.ordinal = 1290;
    header.frame_number = 17;
    header.timestamp_ns = 1661859047292967123;
    header.wire_length = 74;
    header.captured_length = 74;
    header.sampling_weight = 1;
    header.flow_hash = 0x0badcafe;
  }

  record::RecordHeader& header() { return builder_.header(); }
  CraftedRecord& scope(std::uint8_t scope) {
    builder_.set_scope(scope);
    return *this;
  }
  void flag(record::RecordFlags flag) { builder_.flag(flag); }

  // A zeroed block; nothing may be added to a full record.
  template <record::Layer T>
  T& add(std::uint32_t tail_size = 0) {
    T* block = builder_.add<T>(tail_size);
    if (block == nullptr) throw std::length_error("the crafted record is full");
    return *block;
  }
  template <record::Layer T>
  bool has_room(std::uint32_t tail_size = 0) {
    return builder_.size() + sizeof(T) + tail_size + record::kRecordAlignment <= record::kMaxRecordSize &&
           header().layer_count < record::kMaxLayers;
  }
  template <record::Layer T>
  static std::byte* tail_of(T& block) {
    return static_cast<std::byte*>(static_cast<void*>(&block)) + sizeof(T);
  }

  record::Ethernet& add_ethernet(std::uint16_t type = 0x0800) {
    auto& eth = add<record::Ethernet>();
    set_bytes(eth.dst, {0x08, 0x00, 0x27, 0x19, 0x1c, 0x78});
    set_bytes(eth.src, {0x30, 0x46, 0x9a, 0x23, 0xfb, 0xfa});
    eth.type = type;
    return eth;
  }
  record::Ipv4& add_ipv4(std::uint8_t protocol, const std::string& options = "") {
    auto& ip = add<record::Ipv4>(static_cast<std::uint32_t>(options.size()));
    set_bytes(ip.src, {212, 199, 202, 9});
    set_bytes(ip.dst, {10, 0, 0, 6});
    ip.version = 4;
    ip.header_words = 5;
    ip.total_length = 60;
    ip.id = 0x4f4c;
    ip.fragment = 0x4000;
    ip.ttl = 59;
    ip.protocol = protocol;
    ip.checksum = 0x4794;
    ip.option_count = static_cast<std::uint8_t>(options.size());
    std::memcpy(tail_of(ip), options.data(), options.size());
    return ip;
  }
  record::Ipv6& add_ipv6(std::uint8_t next_header) {
    auto& ip = add<record::Ipv6>();
    set_bytes(ip.src, {0x24, 0x04, 0x68, 0, 0x80, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x68});
    set_bytes(ip.dst, {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb});
    ip.flow_label = 0x21289;
    ip.payload_length = 1456;
    ip.version = 6;
    ip.traffic_class = 0xb8;
    ip.next_header = next_header;
    ip.hop_limit = 64;
    return ip;
  }
  record::Tcp& add_tcp(std::uint8_t present = record::Tcp::kWholeHeader,
                       const std::vector<std::array<std::uint32_t, 2>>& sack = {}, const std::string& options = "") {
    auto& tcp = add<record::Tcp>(static_cast<std::uint32_t>(sack.size() * 8 + options.size()));
    tcp.src_port = 80;
    tcp.dst_port = 44160;
    tcp.sequence = 3089746840;
    tcp.acknowledgment = 3916895622;
    tcp.flags = 0x018;
    tcp.window = 20178;
    tcp.checksum = 0xdea1;
    tcp.segment_length = 9;
    tcp.header_words = 5;
    tcp.present = present;
    tcp.sack_count = static_cast<std::uint8_t>(sack.size());
    tcp.option_count = static_cast<std::uint8_t>(options.size());
    if (!sack.empty()) std::memcpy(tail_of(tcp), sack.data(), sack.size() * 8);
    std::memcpy(tail_of(tcp) + sack.size() * 8, options.data(), options.size());
    return tcp;
  }
  record::Udp& add_udp() {
    auto& udp = add<record::Udp>();
    udp.src_port = 53;
    udp.dst_port = 40000;
    udp.length = 117;
    udp.checksum = 0x3c26;
    return udp;
  }
  record::Dns& add_dns(const std::vector<CraftedDnsEntry>& questions, const std::vector<CraftedDnsEntry>& answers) {
    std::string tail;
    for (const auto* entries : {&questions, &answers}) {
      for (const CraftedDnsEntry& entry : *entries) {
        record::DnsEntry raw{};
        raw.type = entry.type;
        raw.klass = entry.klass;
        raw.ttl_s = entry.ttl_s;
        raw.name_length = static_cast<std::uint16_t>(entry.name.size());
        raw.data_length = static_cast<std::uint16_t>(entry.data.size());
        raw.preference = entry.preference;
        raw.data_kind = entry.data_kind;
        tail.append(static_cast<const char*>(static_cast<const void*>(&raw)), sizeof(raw));
        tail += entry.name + entry.data;
        tail.resize(record::align_layer(static_cast<std::uint32_t>(tail.size())));
      }
    }
    auto& dns = add<record::Dns>(static_cast<std::uint32_t>(tail.size()));
    dns.id = 0x2d6d;
    dns.flags = 0x8180;
    dns.count_queries = static_cast<std::uint16_t>(questions.size());
    dns.count_answers = static_cast<std::uint16_t>(answers.size());
    dns.question_count = static_cast<std::uint8_t>(questions.size());
    dns.answer_count = static_cast<std::uint8_t>(answers.size());
    dns.entries_size = static_cast<std::uint16_t>(tail.size());
    std::memcpy(tail_of(dns), tail.data(), tail.size());
    return dns;
  }

  // The bytes of the record, checked. They live as long as this object and change with it.
  std::span<std::byte> bytes() {
    header().size = builder_.size();
    return std::span(room_).first(builder_.size());
  }
  record::RecordView view() {
    const auto view = record::RecordView::parse(bytes());
    if (!view) throw std::logic_error("the crafted record is not valid");
    return *view;
  }

 private:
  alignas(record::kRecordAlignment) std::array<std::byte, record::kMaxRecordSize> room_{};
  decode::RecordBuilder builder_;
};

inline EncoderOptions crafted_options() {
  EncoderOptions options;
  options.node = "n1";
  options.ring_id = "5f3a8c0d5f3a8c0d5f3a8c0d5f3a8c0d";
  return options;
}

inline std::string encode_text(const Encoder& encoder, const record::RecordView& record,
                               std::string_view interface_name = "eth0", std::uint32_t lane = 0) {
  std::vector<char> out(Encoder::kMaxMessageSize);
  return {out.data(), encoder.encode(record, lane, interface_name, out.data())};
}

}  // namespace pktferry::encode::testing
