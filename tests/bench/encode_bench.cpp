// The encoder against RapidJSON's Writer with the same fields, and against copying the finished message: packets of
// Ethernet, IPv4 and TCP. The three take turns within every iteration, so that a busy neighbour hurts all of them
// alike, and count the CPU time of their thread; what counts are the ratios.
#include <benchmark/benchmark.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/encode/literal.hpp"
#include "publisher-svc/encode/write_address.hpp"
#include "publisher-svc/encode/write_number.hpp"
#include "tests/publisher-svc/encode/crafted_record.hpp"

namespace pktferry::encode {
namespace {

using testing::CraftedRecord;

constexpr std::size_t kRound = 1024;  // messages of each contender in one iteration

// What a careful user of RapidJSON would write: no document, one reused buffer, keys and lengths known;
// addresses and times by our own writers, so that the writer alone is compared.
class RapidJsonEncoder {
 public:
  std::string_view encode(const record::RecordView& record, std::string_view interface_name) {
    buffer_.Clear();
    writer_.Reset(buffer_);
    const record::RecordHeader& header = record.header();
    *write_number(time_, header.timestamp_ns / 1000) = '\0';
    writer_.StartObject();
    text("timestamp", time_);
    key("capture");
    writer_.StartObject();
    text("node", "n1");
    text("ring", "5f3a8c0d5f3a8c0d5f3a8c0d5f3a8c0d");
    text("interface", interface_name);
    number("lane", 0);
    number("sequence", header.sequence);
    number("ordinal", header.ordinal);
    number("weight", header.sampling_weight);
    number("malformed", header.flags & 1);
    number("truncated", header.flags >> 1 & 1);
    number("limited", header.flags >> 2 & 1);
    number("payload_length", header.payload_length);
    writer_.EndObject();
    key("layers");
    writer_.StartObject();
    key("frame");
    writer_.StartObject();
    text("frame_frame_time", time_);
    number("frame_frame_number", header.frame_number);
    number("frame_frame_length", header.wire_length);
    number("frame_frame_cap_len", header.captured_length);
    text("frame_frame_protocols", "eth:ip:tcp:payload");
    writer_.EndObject();
    record::LayerView layer = record.first_layer();
    encode_ethernet(layer.as<record::Ethernet>());
    layer = layer.next();
    encode_ipv4(layer.as<record::Ipv4>());
    layer = layer.next();
    encode_tcp(layer.as<record::Tcp>());
    writer_.EndObject();
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void text(std::string_view name, std::string_view value) {
    key(name);
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void number(std::string_view name, std::uint64_t value) {
    key(name);
    writer_.Uint64(value);
  }
  void mac(std::string_view name, const std::uint8_t (&address)[6]) {
    char out[kMacText + kLiteralSlack];
    text(name, {out, static_cast<std::size_t>(write_mac(out, address) - out)});
  }
  void ipv4(std::string_view name, const std::uint8_t (&address)[4]) {
    char out[kMaxIpv4Text + kLiteralSlack];
    text(name, {out, static_cast<std::size_t>(write_ipv4(out, address) - out)});
  }
  void encode_ethernet(const record::Ethernet& eth) {
    key("eth");
    writer_.StartObject();
    mac("eth_eth_dst", eth.dst);
    mac("eth_eth_src", eth.src);
    number("eth_eth_type", eth.type);
    number("eth_eth_header_size", 14);
    number("eth_eth_trailer_size", eth.trailer_size);
    writer_.EndObject();
  }
  void encode_ipv4(const record::Ipv4& ip) {
    key("ip");
    writer_.StartObject();
    number("ip_ip_version", ip.version);
    number("ip_ip_hdr_len", ip.header_words);
    number("ip_ip_tos", ip.tos);
    number("ip_ip_len", ip.total_length);
    number("ip_ip_id", ip.id);
    number("ip_ip_flags", ip.fragment >> 13);
    number("ip_ip_flags_rb", ip.fragment >> 15);
    number("ip_ip_flags_df", ip.fragment >> 14 & 1);
    number("ip_ip_flags_mf", ip.fragment >> 13 & 1);
    number("ip_ip_frag_offset", ip.fragment & 0x1fff);
    number("ip_ip_ttl", ip.ttl);
    number("ip_ip_proto", ip.protocol);
    number("ip_ip_checksum", ip.checksum);
    ipv4("ip_ip_src", ip.src);
    ipv4("ip_ip_dst", ip.dst);
    writer_.EndObject();
  }
  void encode_tcp(const record::Tcp& tcp) {
    key("tcp");
    writer_.StartObject();
    number("tcp_tcp_srcport", tcp.src_port);
    number("tcp_tcp_dstport", tcp.dst_port);
    number("tcp_tcp_seq_raw", tcp.sequence);
    number("tcp_tcp_ack_raw", tcp.acknowledgment);
    number("tcp_tcp_hdr_len", tcp.header_words * 4u);
    number("tcp_tcp_flags", tcp.flags);
    number("tcp_tcp_flags_res", (tcp.flags >> 9 & 7) != 0);
    number("tcp_tcp_flags_ae", tcp.flags >> 8 & 1);
    number("tcp_tcp_flags_cwr", tcp.flags >> 7 & 1);
    number("tcp_tcp_flags_ece", tcp.flags >> 6 & 1);
    number("tcp_tcp_flags_urg", tcp.flags >> 5 & 1);
    number("tcp_tcp_flags_ack", tcp.flags >> 4 & 1);
    number("tcp_tcp_flags_push", tcp.flags >> 3 & 1);
    number("tcp_tcp_flags_reset", tcp.flags >> 2 & 1);
    number("tcp_tcp_flags_syn", tcp.flags >> 1 & 1);
    number("tcp_tcp_flags_fin", tcp.flags & 1);
    number("tcp_tcp_window_size_value", tcp.window);
    number("tcp_tcp_checksum", tcp.checksum);
    number("tcp_tcp_urgent_pointer", tcp.urgent_pointer);
    number("tcp_tcp_len", tcp.segment_length);
    writer_.EndObject();
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
  char time_[32]{};
};

std::vector<CraftedRecord> tcp_records(std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<CraftedRecord> records(count);
  for (CraftedRecord& record : records) {
    record.flag(record::kHasPayload);
    record.header().frame_number = random() >> random() % 64;
    record.add_ethernet();
    record::Ipv4& ip = record.add_ipv4(6);
    for (std::uint8_t& byte : ip.src) byte = static_cast<std::uint8_t>(random());
    for (std::uint8_t& byte : ip.dst) byte = static_cast<std::uint8_t>(random());
    ip.total_length = static_cast<std::uint16_t>(40 + random() % 1461);
    ip.id = static_cast<std::uint16_t>(random());
    ip.ttl = static_cast<std::uint8_t>(random());
    ip.checksum = static_cast<std::uint16_t>(random());
    record::Tcp& tcp = record.add_tcp();
    tcp.src_port = static_cast<std::uint16_t>(random() >> random() % 8);
    tcp.dst_port = static_cast<std::uint16_t>(random() >> random() % 8);
    tcp.sequence = static_cast<std::uint32_t>(random());
    tcp.acknowledgment = static_cast<std::uint32_t>(random());
    tcp.window = static_cast<std::uint16_t>(random());
    tcp.checksum = static_cast<std::uint16_t>(random());
    tcp.flags = random() % 4 != 0 ? 0x10 : 0x18;
    tcp.segment_length = static_cast<std::uint32_t>(random() % 1461);
  }
  return records;
}

std::vector<record::RecordView> views_of(std::vector<CraftedRecord>& records) {
  std::vector<record::RecordView> views;
  for (CraftedRecord& record : records) views.push_back(record.view());
  return views;
}

double cpu_now_ns() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <typename Work>
double cpu_ns_of(Work work) {
  const double start = cpu_now_ns();
  for (std::size_t i = 0; i < kRound; ++i) {
    work(i);
    benchmark::ClobberMemory();
  }
  return cpu_now_ns() - start;
}

// `count` different records, taken in turn: one shows the straight line, many what branches on the values cost.
void encode_against_rapidjson_and_memcpy(benchmark::State& state, std::size_t count) {
  std::vector<CraftedRecord> records = tcp_records(count);
  const std::vector<record::RecordView> views = views_of(records);
  const Encoder encoder(testing::crafted_options());
  RapidJsonEncoder rapidjson_encoder;
  std::vector<char> out(Encoder::kMaxMessageSize);
  std::vector<char> copy(Encoder::kMaxMessageSize);

  std::size_t message_bytes = 0;
  for (const record::RecordView& view : views) {
    const std::string message = testing::encode_text(encoder, view);
    if (rapidjson_encoder.encode(view, "eth0") != message) return state.SkipWithError("the messages differ");
    message_bytes += message.size();
  }
  message_bytes /= count;

  double encode_ns = 0;
  double rapidjson_ns = 0;
  double memcpy_ns = 0;
  for (auto _ : state) {
    encode_ns += cpu_ns_of(
        [&](std::size_t i) { benchmark::DoNotOptimize(encoder.encode(views[i % count], 0, "eth0", out.data())); });
    memcpy_ns += cpu_ns_of([&](std::size_t) {
      std::size_t size = message_bytes;
      benchmark::DoNotOptimize(size);  // a length that the compiler does not know
      std::memcpy(copy.data(), out.data(), size);
    });
    rapidjson_ns += cpu_ns_of(
        [&](std::size_t i) { benchmark::DoNotOptimize(rapidjson_encoder.encode(views[i % count], "eth0").size()); });
  }
  const double per_message = 1.0 / (static_cast<double>(state.iterations()) * static_cast<double>(kRound));
  state.counters["bytes"] = static_cast<double>(message_bytes);
  state.counters["encode_ns"] = encode_ns * per_message;
  state.counters["rapidjson_ns"] = rapidjson_ns * per_message;
  state.counters["memcpy_ns"] = memcpy_ns * per_message;
  state.counters["encode_ns_per_700B"] = encode_ns * per_message * 700 / static_cast<double>(message_bytes);
  state.counters["rapidjson/encode"] = rapidjson_ns / encode_ns;
  state.counters["encode/memcpy"] = encode_ns / memcpy_ns;
}

void encode_some_fields(benchmark::State& state, std::vector<std::string> fields) {
  std::vector<CraftedRecord> records = tcp_records(1024);
  const std::vector<record::RecordView> views = views_of(records);
  EncoderOptions options = testing::crafted_options();
  options.fields = std::move(fields);
  const Encoder encoder(options);
  std::vector<char> out(Encoder::kMaxMessageSize);
  std::size_t next = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes += encoder.encode(views[next], 0, "eth0", out.data());
    benchmark::ClobberMemory();
    if (++next == views.size()) next = 0;
  }
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}

void encode_dns(benchmark::State& state) {
  CraftedRecord crafted;
  crafted.add_ethernet();
  crafted.add_ipv6(17);
  crafted.add_udp();
  crafted.add_dns({{.name = "www.example.org", .type = 28}},
                  {{.name = "www.example.org",
                    .type = 5,
                    .ttl_s = 300,
                    .data_kind = record::DnsData::kName,
                    .data = "edge.example.net"},
                   {.name = "edge.example.net",
                    .type = 28,
                    .ttl_s = 60,
                    .data_kind = record::DnsData::kIpv6,
                    .data = std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)}});
  const record::RecordView view = crafted.view();
  const Encoder encoder(testing::crafted_options());
  std::vector<char> out(Encoder::kMaxMessageSize);
  std::size_t size = 0;
  for (auto _ : state) {
    size = encoder.encode(view, 0, "eth0", out.data());
    benchmark::ClobberMemory();
  }
  state.counters["bytes"] = static_cast<double>(size);
}

BENCHMARK_CAPTURE(encode_against_rapidjson_and_memcpy, one_record, 1)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode_against_rapidjson_and_memcpy, many_records, 1024)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode_some_fields, all, {});
BENCHMARK_CAPTURE(encode_some_fields, flow,
                  {"capture.ring", "sequence", "ip_ip_src", "ip_ip_dst", "ip_ip_proto", "tcp_tcp_srcport",
                   "tcp_tcp_dstport", "tcp_tcp_flags", "frame_frame_length"});
BENCHMARK(encode_dns);

}  // namespace
}  // namespace pktferry::encode

BENCHMARK_MAIN();
