// /metrics, /healthz, /readyz and /status of both services while they run, on a network of their own.
#include <cstdint>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <tins/tins.h>

#include "tests/support/http_get.hpp"
#include "tests/support/network_namespace.hpp"
#include "tests/support/pipeline.hpp"

namespace pktferry::testing {
namespace {

constexpr std::uint16_t kCapturePort = 9780;
constexpr std::uint16_t kPublisherPort = 9781;
constexpr std::uint64_t kPackets = 50;

// Value of each sample of a page of metrics, by its name with labels.
std::map<std::string, double> samples(const std::string& page) {
  std::map<std::string, double> values;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    values[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return values;
}

class Pages : public ::testing::Test {
 protected:
  Arguments listening(Arguments command, std::uint16_t port) const {
    command.insert(command.end(), {"--listen", "127.0.0.1:" + std::to_string(port)});
    return network.inside(command);
  }
  HttpResponse get(std::uint16_t port, const std::string& path) const {
    HttpResponse response;
    network.run([&] { response = http_get(port, path); });
    return response;
  }
  bool answers(std::uint16_t port, const std::string& path, int status) const {
    return eventually([&] { return get(port, path).status == status; });
  }
  void send_packets() const {
    network.run([] {
      Tins::PacketSender sender(Tins::NetworkInterface("sender"));
      for (std::uint64_t i = 0; i < kPackets; ++i) {
        Tins::EthernetII frame = Tins::EthernetII("00:00:5e:00:53:02", "00:00:5e:00:53:01") /
                                 Tins::IP("198.51.100.20", "192.0.2.10") / Tins::UDP(9, 9) / Tins::RawPDU("x");
        sender.send(frame);
      }
    });
  }

  NetworkNamespace network;
  Pipeline pipeline;
  TempDir files;
  const Arguments capture_command{PKTFERRY_CAPTURE_SVC, "--ring", pipeline.ring(), "--interface", "wire"};
  const Arguments publisher_command{PKTFERRY_PUBLISHER_SVC, "--ring", pipeline.ring(), "--sink",
                                    "file:" + (files / "out").string()};
};

TEST_F(Pages, OfCaptureTellTheLedgerThatStatusTells) {
  Process capture(listening(capture_command, kCapturePort));
  ASSERT_TRUE(answers(kCapturePort, "/readyz", 200)) << capture.errors();
  EXPECT_EQ(get(kCapturePort, "/healthz").status, 200);
  EXPECT_EQ(get(kCapturePort, "/nothing-here").status, 404);
  send_packets();
  // The kernel's own counters are read once a second.
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().written == kPackets; })) << capture.errors();
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().kernel_received == kPackets; }));

  const Finished status = run(pipeline.status({"--format", "json"}));
  ASSERT_EQ(status.code, 0) << status.errors;
  const rapidjson::Document told = parse_json(status.output);
  const rapidjson::Document page = parse_json(get(kCapturePort, "/status").body);
  const std::map<std::string, double> metrics = samples(get(kCapturePort, "/metrics").body);
  for (const rapidjson::Document* ledger : {&told, &page}) {
    EXPECT_EQ((*ledger)["kernel"]["received"].GetUint64(), kPackets);
    EXPECT_EQ((*ledger)["read"]["packets"].GetUint64(), kPackets);
    EXPECT_EQ((*ledger)["read"]["written"].GetUint64(), kPackets);
    EXPECT_EQ((*ledger)["written"]["in_ring"].GetUint64(), kPackets);
    EXPECT_TRUE((*ledger)["read"]["closes"].GetBool());
    EXPECT_TRUE((*ledger)["written"]["closes"].GetBool());
  }
  EXPECT_EQ(metrics.at("pktferry_capture_kernel_received_total"), kPackets);
  EXPECT_EQ(metrics.at("pktferry_capture_packets_read_total"), kPackets);
  EXPECT_EQ(metrics.at("pktferry_capture_records_written_total"), kPackets);
  EXPECT_EQ(metrics.at("pktferry_ring_delivered_total"), 0);
  EXPECT_EQ(capture.stop()->code, 0) << capture.errors();
}

TEST_F(Pages, OfThePublisherTellWhatItDelivered) {
  Process publisher(listening(publisher_command, kPublisherPort));
  ASSERT_TRUE(answers(kPublisherPort, "/healthz", 200)) << publisher.errors();
  Process capture(network.inside(capture_command));
  ASSERT_TRUE(answers(kPublisherPort, "/readyz", 200)) << publisher.errors();
  ASSERT_TRUE(eventually([&] { return pipeline.ledger_if_any().capturing; }));
  send_packets();
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().delivered == kPackets; })) << publisher.errors();

  const rapidjson::Document page = parse_json(get(kPublisherPort, "/status").body);
  EXPECT_EQ(page["messages_delivered"].GetUint64(), kPackets);
  EXPECT_EQ(page["records_read"].GetUint64(), kPackets);
  EXPECT_TRUE(page["trouble"].IsNull());
  const std::map<std::string, double> metrics = samples(get(kPublisherPort, "/metrics").body);
  EXPECT_EQ(metrics.at("pktferry_publisher_messages_delivered_total"), kPackets);
  EXPECT_EQ(metrics.at("pktferry_publisher_read_to_ack_seconds_count"), kPackets);
  EXPECT_EQ(publisher.stop()->code, 0) << publisher.errors();
  EXPECT_EQ(capture.stop()->code, 0) << capture.errors();
}

}  // namespace
}  // namespace pktferry::testing
