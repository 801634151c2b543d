// What decoding a packet costs, and how many times more libtins takes to parse it and hand out the same fields.
//
// The two take turns over the same packets, so that a drifting clock or a busy neighbour hits both, and CPU time is
// what counts. "hot" packets fit into the caches, "cold" ones do not: what comes from a network card lies in between.
#include <benchmark/benchmark.h>

#include <time.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "capture-svc/decode/decode.hpp"
#include "capture-svc/decode/flow.hpp"
#include "tests/support/packets.hpp"

namespace {

using namespace pktferry;
using Bytes = std::vector<std::byte>;

constexpr std::size_t kHot = 500;
constexpr std::size_t kCold = 50000;
constexpr std::size_t kRound = 500;

bool is_tcp_over_ipv4(const Bytes& packet) {
  return packet[12] == std::byte{8} && packet[23] == std::byte{6};
}

enum class Mix {
  kTcp,      // Ethernet, IPv4 and TCP, mostly with timestamps: what most packets are
  kTraffic,  // TCP, UDP and DNS, some of it tagged or IPv6
};

const std::vector<Bytes>& packets_of(Mix mix, std::size_t count) {
  static std::map<std::pair<Mix, std::size_t>, std::vector<Bytes>> made;
  std::vector<Bytes>& packets = made[{mix, count}];
  pktferry::testing::PacketCrafter crafter(8);
  while (packets.size() < count) {
    Bytes packet = crafter.traffic();
    if (mix == Mix::kTraffic || is_tcp_over_ipv4(packet)) packets.push_back(std::move(packet));
  }
  return packets;
}

decode::Frame frame_of(const Bytes& packet) {
  return {packet, static_cast<std::uint32_t>(packet.size()), decode::LinkType::kEthernet};
}

// Into a room that moves on, as in a ring of 256 KiB.
std::uint32_t decode_packet(const Bytes& packet, std::size_t& position) {
  constexpr std::size_t kRingSize = 256 * 1024;
  alignas(64) static std::array<std::byte, kRingSize + record::kMaxRecordSize> ring;
  decode::RecordBuilder record(ring.data() + position);
  decode::decode(frame_of(packet), record);
  position = (position + record.size()) % kRingSize & ~(record::kRecordAlignment - std::size_t{1});
  return record.size();
}

template <typename... Fields>
std::uint64_t sum_of(Fields... fields) {
  return (std::uint64_t{0} + ... + static_cast<std::uint64_t>(fields));
}

std::uint64_t read_dns(const Tins::UDP& udp) {
  const auto& payload = static_cast<const Tins::RawPDU&>(*udp.inner_pdu()).payload();
  const Tins::DNS dns(payload.data(), static_cast<std::uint32_t>(payload.size()));
  std::uint64_t sum = sum_of(dns.id(), dns.rcode());
  for (const auto& query : dns.queries()) sum += sum_of(query.dname().size(), query.query_type());
  for (const auto& answer : dns.answers()) sum += sum_of(answer.dname().size(), answer.data().size(), answer.ttl());
  return sum;
}

std::uint64_t parse_with_libtins(const Bytes& packet) {
  const Tins::EthernetII eth(reinterpret_cast<const std::uint8_t*>(packet.data()),
                             static_cast<std::uint32_t>(packet.size()));
  std::uint64_t sum = sum_of(eth.payload_type(), eth.src_addr()[5], eth.dst_addr()[5]);
  for (const Tins::PDU* pdu = eth.inner_pdu(); pdu != nullptr; pdu = pdu->inner_pdu()) {
    switch (pdu->pdu_type()) {
      case Tins::PDU::DOT1Q: {
        const auto& tag = static_cast<const Tins::Dot1Q&>(*pdu);
        sum += sum_of(tag.id(), tag.priority(), tag.cfi(), tag.payload_type());
        break;
      }
      case Tins::PDU::IP: {
        const auto& ip = static_cast<const Tins::IP&>(*pdu);
        sum +=
            sum_of(ip.version(), ip.head_len(), ip.tos(), ip.tot_len(), ip.id(), ip.flags(), ip.fragment_offset(),
                   ip.ttl(), ip.protocol(), ip.checksum(), std::uint32_t{ip.src_addr()}, std::uint32_t{ip.dst_addr()});
        break;
      }
      case Tins::PDU::IPv6: {
        const auto& ip = static_cast<const Tins::IPv6&>(*pdu);
        const auto src = ip.src_addr();
        const auto dst = ip.dst_addr();
        sum += sum_of(ip.version(), ip.traffic_class(), ip.flow_label(), ip.payload_length(), ip.next_header(),
                      ip.hop_limit(), *src.begin(), *dst.begin());
        break;
      }
      case Tins::PDU::TCP: {
        const auto& tcp = static_cast<const Tins::TCP&>(*pdu);
        sum += sum_of(tcp.sport(), tcp.dport(), tcp.seq(), tcp.ack_seq(), tcp.data_offset(), tcp.flags(), tcp.window(),
                      tcp.checksum(), tcp.urg_ptr());
        for (const auto& option : tcp.options()) sum += sum_of(option.option());
        if (tcp.search_option(Tins::TCP::TSOPT) != nullptr) {
          const auto [value, echo] = tcp.timestamp();
          sum += sum_of(value, echo);
        }
        break;
      }
      case Tins::PDU::UDP: {
        const auto& udp = static_cast<const Tins::UDP&>(*pdu);
        sum += sum_of(udp.sport(), udp.dport(), udp.length(), udp.checksum());
        if (udp.sport() == 53 || udp.dport() == 53) sum += read_dns(udp);
        break;
      }
      default: break;
    }
  }
  return sum;
}

void decode_only(benchmark::State& state, Mix mix, std::size_t count) {
  const auto& packets = packets_of(mix, count);
  std::size_t position = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_packet(packets[next], position));
    if (++next == packets.size()) next = 0;
  }
}

void flow_hash_only(benchmark::State& state, Mix mix, std::size_t count) {
  const auto& packets = packets_of(mix, count);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode::flow_hash(frame_of(packets[next])));
    if (++next == packets.size()) next = 0;
  }
}

double cpu_now_ns() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <typename Work>
double cpu_ns_of(std::span<const Bytes> packets, Work work) {
  const double start = cpu_now_ns();
  for (const Bytes& packet : packets) benchmark::DoNotOptimize(work(packet));
  return cpu_now_ns() - start;
}

void decode_against_libtins(benchmark::State& state, Mix mix, std::size_t count) {
  const auto& packets = packets_of(mix, count);
  std::size_t position = 0;
  std::size_t next = 0;
  double ours_ns = 0;
  double theirs_ns = 0;
  for (auto _ : state) {
    // Each gets the packets as cold as the other.
    ours_ns += cpu_ns_of(std::span(packets).subspan(next, kRound),
                         [&](const Bytes& packet) { return decode_packet(packet, position); });
    next = (next + packets.size() / 2) / kRound * kRound % packets.size();
    theirs_ns += cpu_ns_of(std::span(packets).subspan(next, kRound), parse_with_libtins);
    next = (next + packets.size() / 2 + kRound) / kRound * kRound % packets.size();
  }
  const double per_packet = 1.0 / (static_cast<double>(state.iterations()) * static_cast<double>(kRound));
  state.counters["decode_ns"] = ours_ns * per_packet;
  state.counters["libtins_ns"] = theirs_ns * per_packet;
  state.counters["ratio"] = theirs_ns / ours_ns;
}

BENCHMARK_CAPTURE(decode_only, hot_tcp, Mix::kTcp, kHot);
BENCHMARK_CAPTURE(decode_only, hot_traffic, Mix::kTraffic, kHot);
BENCHMARK_CAPTURE(decode_only, cold_traffic, Mix::kTraffic, kCold);
BENCHMARK_CAPTURE(flow_hash_only, hot_traffic, Mix::kTraffic, kHot);
BENCHMARK_CAPTURE(decode_against_libtins, hot_tcp, Mix::kTcp, kHot)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(decode_against_libtins, hot_traffic, Mix::kTraffic, kHot)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(decode_against_libtins, cold_traffic, Mix::kTraffic, kCold)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
