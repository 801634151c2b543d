// Packets sent on a wire, captured as they come, found in Kafka.
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <tins/tins.h>

#include "tests/support/network_namespace.hpp"
#include "tests/support/pipeline.hpp"

namespace pktferry::testing {
namespace {

constexpr std::uint16_t kPackets = 1000;
const std::string kClientMac = "00:00:5e:00:53:01";
const std::string kServerMac = "00:00:5e:00:53:02";

// Packet `number`: a TCP segment, a UDP datagram or a ping, with the number in the IP identification.
Tins::EthernetII crafted(std::uint16_t number) {
  Tins::IP ip("198.51.100.20", "192.0.2.10");
  ip.id(number);
  ip.ttl(static_cast<std::uint8_t>(32 + number % 32));
  Tins::EthernetII frame = Tins::EthernetII(Tins::HWAddress<6>(kServerMac), Tins::HWAddress<6>(kClientMac)) / ip;
  switch (number % 3) {
    case 0: {
      Tins::TCP tcp(443, static_cast<std::uint16_t>(40000 + number % 50));
      tcp.seq(1000u * number);
      tcp.flags(Tins::TCP::PSH | Tins::TCP::ACK);
      return frame / tcp / Tins::RawPDU("some payload that must never leave the node");
    }
    case 1: return frame / Tins::UDP(5000, static_cast<std::uint16_t>(50000 + number % 50)) / Tins::RawPDU("datagram");
    default: {
      Tins::ICMP ping(Tins::ICMP::ECHO_REQUEST);
      ping.id(7);
      ping.sequence(number);
      return frame / ping / Tins::RawPDU("ping");
    }
  }
}

// Whether packets that arrive now are captured: the process has a packet socket that is bound and running.
bool is_capturing(pid_t pid) {
  std::ifstream sockets("/proc/" + std::to_string(pid) + "/net/packet");
  std::string line;
  std::getline(sockets, line);  // the heading
  while (std::getline(sockets, line)) {
    std::istringstream words(line);
    const std::vector<std::string> columns{std::istream_iterator<std::string>(words), {}};
    if (columns.size() > 5 && columns[4] != "0" && columns[5] == "1") return true;
  }
  return false;
}

void send_all(const NetworkNamespace& network) {
  network.run([] {
    Tins::PacketSender sender(Tins::NetworkInterface("sender"));
    for (std::uint16_t number = 0; number < kPackets; ++number) {
      Tins::EthernetII frame = crafted(number);
      sender.send(frame);
    }
  });
}

TEST(LiveCapture, DeliversEveryPacketOfTheWireOnceAndTheKernelsCountersCloseTheLedger) {
  KafkaTopic topic("live");
  topic.create();
  const Pipeline pipeline;
  const NetworkNamespace network;
  const auto began = std::chrono::system_clock::now();

  Process publisher(pipeline.publisher(topic, {"--until-end"}));
  Process capture(network.inside(pipeline.capture({"--interface", "wire"})));
  ASSERT_TRUE(eventually([&] { return is_capturing(capture.pid()); })) << capture.errors();
  send_all(network);
  ASSERT_TRUE(eventually([&] { return pipeline.ledger_if_any().read == kPackets; })) << capture.errors();
  ASSERT_EQ(capture.stop()->code, 0) << capture.errors();
  ASSERT_EQ(publisher.wait_for()->code, 0) << publisher.errors();

  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.kernel_received, kPackets);
  EXPECT_EQ(ledger.kernel_read, kPackets);
  EXPECT_EQ(ledger.kernel_dropped, 0u);
  EXPECT_EQ(ledger.delivered, kPackets);
  EXPECT_EQ(ledger.unclean_runs, 0u);
  expect_closed(ledger);

  std::set<std::uint64_t> numbers;
  for (const PacketMessage& packet : read_packets(topic)) {
    SCOPED_TRACE(packet.record.value);
    const rapidjson::Value& layers = packet["layers"];
    const std::uint64_t number = layers["ip"]["ip_ip_id"].GetUint64();
    EXPECT_TRUE(numbers.insert(number).second);
    EXPECT_STREQ(packet["capture"]["interface"].GetString(), "wire");
    EXPECT_EQ(layers["eth"]["eth_eth_src"].GetString(), kClientMac);
    EXPECT_EQ(layers["eth"]["eth_eth_dst"].GetString(), kServerMac);
    EXPECT_STREQ(layers["ip"]["ip_ip_src"].GetString(), "192.0.2.10");
    EXPECT_STREQ(layers["ip"]["ip_ip_dst"].GetString(), "198.51.100.20");
    EXPECT_EQ(layers["ip"]["ip_ip_ttl"].GetUint(), 32 + number % 32);
    if (number % 3 == 0) {
      EXPECT_EQ(layers["tcp"]["tcp_tcp_srcport"].GetUint(), 40000 + number % 50);
      EXPECT_EQ(layers["tcp"]["tcp_tcp_dstport"].GetUint(), 443u);
      EXPECT_EQ(layers["tcp"]["tcp_tcp_seq_raw"].GetUint(), 1000 * number);
    } else if (number % 3 == 1) {
      EXPECT_EQ(layers["udp"]["udp_udp_srcport"].GetUint(), 50000 + number % 50);
      EXPECT_EQ(layers["udp"]["udp_udp_dstport"].GetUint(), 5000u);
    } else {
      EXPECT_EQ(layers["icmp"]["icmp_icmp_seq"].GetUint(), number);
    }
    EXPECT_EQ(packet.record.value.find("payload that must never"), std::string::npos);

    // Within the last hour: the record has the packet's time.
    const std::int64_t timestamp_us = std::stoll(packet["timestamp"].GetString());
    EXPECT_EQ(packet.record.timestamp_ms, timestamp_us / 1000);
    EXPECT_GE(timestamp_us, std::chrono::duration_cast<std::chrono::microseconds>(began.time_since_epoch()).count());
  }
  EXPECT_EQ(numbers.size(), kPackets);
}

TEST(LiveCapture, CountsOnlyWhatTheFilterLetsThrough) {
  const Pipeline pipeline;
  const NetworkNamespace network;
  Process capture(network.inside(pipeline.capture({"--interface", "wire", "--filter", "udp port 5000"})));
  ASSERT_TRUE(eventually([&] { return is_capturing(capture.pid()); })) << capture.errors();
  send_all(network);
  ASSERT_TRUE(eventually([&] { return pipeline.ledger_if_any().read == 333; })) << capture.errors();
  ASSERT_EQ(capture.stop()->code, 0) << capture.errors();

  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.kernel_received, 333u);
  EXPECT_EQ(ledger.in_ring, 333u);
  expect_closed(ledger);
}

TEST(LiveCapture, StopsAtOnceOnSigtermWhenNoTrafficComes) {
  const Pipeline pipeline;
  const NetworkNamespace network;
  Process capture(network.inside(pipeline.capture({"--interface", "wire"})));
  ASSERT_TRUE(eventually([&] { return is_capturing(capture.pid()); })) << capture.errors();
  const std::optional<Exit> exit = capture.stop(std::chrono::seconds(5));
  ASSERT_TRUE(exit) << "still running";
  EXPECT_EQ(exit->code, 0) << capture.errors();
  EXPECT_EQ(pipeline.ledger().read, 0u);
  expect_closed(pipeline.ledger());
}

}  // namespace
}  // namespace pktferry::testing
