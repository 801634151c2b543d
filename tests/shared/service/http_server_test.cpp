#include "shared/service/http_server.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <civetweb.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include "tests/support/http_get.hpp"

namespace pktferry::service {
namespace {

using testing::http_get;
using testing::http_request;

class OneCounter : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::ClientMetric metric;
    metric.label.push_back({"reason", "full"});
    metric.counter.value = static_cast<double>(++scrapes);
    return {{"pktferry_test_total", "A test.", prometheus::MetricType::Counter, {metric}}};
  }
  mutable std::atomic<int> scrapes{0};
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpPages pages() {
    return {metrics, [this] { return live.load(); },
            [this]() -> std::optional<std::string> {
              if (ready) return std::nullopt;
              return "waits for a ring";
            },
            [this]() -> std::string {
              if (broken) throw std::runtime_error("no ring");
              return R"({"lanes":4})";
            }};
  }
  std::shared_ptr<OneCounter> metrics = std::make_shared<OneCounter>();
  std::atomic<bool> live{true}, ready{true}, broken{false};
  HttpServer server{"127.0.0.1:0", pages()};
};

TEST_F(HttpServerTest, ListensOnAFreePortWhenAskedForZero) {
  EXPECT_NE(server.port(), 0);
}

TEST_F(HttpServerTest, MetricsAreCollectedAtEachScrape) {
  const auto first = http_get(server.port(), "/metrics");
  EXPECT_EQ(first.status, 200);
  EXPECT_NE(first.body.find("# TYPE pktferry_test_total counter\n"), std::string::npos) << first.body;
  EXPECT_NE(first.body.find("pktferry_test_total{reason=\"full\"} 1\n"), std::string::npos) << first.body;
  EXPECT_NE(http_get(server.port(), "/metrics").body.find("} 2\n"), std::string::npos);
}

TEST_F(HttpServerTest, HealthFollowsTheLoop) {
  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
  live = false;
  EXPECT_EQ(http_get(server.port(), "/healthz").status, 503);
}

TEST_F(HttpServerTest, ReadinessTellsTheReason) {
  EXPECT_EQ(http_get(server.port(), "/readyz").status, 200);
  ready = false;
  const auto response = http_get(server.port(), "/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "waits for a ring\n");
}

TEST_F(HttpServerTest, StatusIsTheServicesJson) {
  const auto response = http_get(server.port(), "/status?pretty=1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"lanes":4})");
  EXPECT_NE(response.head.find("Content-Type: application/json\r\n"), std::string::npos) << response.head;
}

TEST_F(HttpServerTest, PageThatThrowsIsAnError500) {
  broken = true;
  EXPECT_EQ(http_get(server.port(), "/status").status, 500);
  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
}

TEST_F(HttpServerTest, OtherPathsAreNotFound) {
  for (const char* path : {"/", "/metrics/", "/metricsx", "/../etc/passwd", "/etc/passwd", "/%2e%2e/etc/passwd"}) {
    EXPECT_EQ(http_get(server.port(), path).status, 404) << path;
  }
}

TEST_F(HttpServerTest, OtherMethodsAreNotAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const auto response = http_request(server.port(), method, "/metrics");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_NE(response.head.find("Allow: GET, HEAD\r\n"), std::string::npos) << response.head;
  }
  EXPECT_EQ(metrics->scrapes, 0);
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  const auto response = http_request(server.port(), "HEAD", "/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.head.find("Content-Length: 11\r\n"), std::string::npos) << response.head;
  EXPECT_EQ(response.body, "");
}

TEST_F(HttpServerTest, GarbageDoesNotStopIt) {
  EXPECT_GE(http_request(server.port(), std::string(20000, 'A'), "/").status, 0);
  EXPECT_GE(http_request(server.port(), std::string("\0\xff", 2), "\r\n").status, 0);
  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
}

TEST_F(HttpServerTest, ServesSeveralAtOnce) {
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 8; ++n) good += http_get(server.port(), "/metrics").status == 200 ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 64);
}

TEST_F(HttpServerTest, PortInUseIsAnErrorThatNamesAddressAndOption) {
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  try {
    const HttpServer second(address, pages());
    FAIL();
  } catch (const HttpError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("--listen " + address), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
}

TEST_F(HttpServerTest, AddressOfAnotherMachineIsAnError) {
  EXPECT_THROW(HttpServer("192.0.2.1:0", pages()), HttpError);
}

TEST_F(HttpServerTest, WhatIsNoAddressIsAnError) {
  for (const char* address : {"", ":", "9780", "localhost", "localhost:", ":9780", "127.0.0.1:65536", "127.0.0.1:-1",
                              "127.0.0.1:80s", "127.0.0.1:1,127.0.0.1:2", "[]:80", "::1:80", "a b:80", "+:80"}) {
    EXPECT_THROW(HttpServer(address, pages()), HttpError) << address;
  }
}

TEST_F(HttpServerTest, ListensOnIpv6WhereTheLibraryCanAndSaysWhereItCannot) {
  if (mg_check_feature(MG_FEATURES_IPV6) != 0) {
    EXPECT_NE(HttpServer("[::1]:0", pages()).port(), 0);
    return;
  }
  try {
    const HttpServer other("[::1]:0", pages());
    FAIL();
  } catch (const HttpError& error) {
    EXPECT_NE(std::string(error.what()).find("IPv4"), std::string::npos) << error.what();
  }
}

TEST_F(HttpServerTest, StopsAtOnce) {
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) const HttpServer other("127.0.0.1:0", pages());
  // CivetWeb by itself takes up to two seconds each time.
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

}  // namespace
}  // namespace pktferry::service
