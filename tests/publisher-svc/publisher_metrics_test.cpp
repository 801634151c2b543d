// What /metrics and /status say about a publisher.
#include "publisher-svc/publisher_metrics.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace pktferry::publisher {
namespace {

std::string page(const PublisherMetrics& metrics) {
  return prometheus::TextSerializer().Serialize(metrics.Collect());
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(LatencyHistogram, IsEmptyAtFirst) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.quantile_s(0.5), 0.0);
}

TEST(LatencyHistogram, BoundsGoFromTenMicrosecondsToFiftySecondsAndRise) {
  const auto& bounds = LatencyHistogram::kBoundsNs;
  EXPECT_EQ(bounds.front(), 10'000u);
  EXPECT_EQ(bounds.back(), 50'000'000'000u);
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST(LatencyHistogram, ABoundBelongsToItsOwnBucket) {
  LatencyHistogram histogram;
  histogram.record(10'000);
  histogram.record(10'001);
  const auto collected = histogram.collect();
  EXPECT_EQ(collected.bucket[0].cumulative_count, 1u);
  EXPECT_EQ(collected.bucket[1].cumulative_count, 2u);
  EXPECT_EQ(collected.sample_count, 2u);
  EXPECT_NEAR(collected.sample_sum, 20.001e-6, 1e-12);
}

TEST(LatencyHistogram, QuantilesLieWithinTheirBucket) {
  LatencyHistogram histogram;
  for (int i = 0; i < 990; ++i) histogram.record(1'200'000);  // 1.2 ms
  for (int i = 0; i < 10; ++i) histogram.record(250'000'000);
  EXPECT_GT(histogram.quantile_s(0.5), 1.0e-3);
  EXPECT_LE(histogram.quantile_s(0.5), 1.5e-3);
  EXPECT_LE(histogram.quantile_s(0.99), 1.5e-3);
  EXPECT_GT(histogram.quantile_s(0.999), 0.2);
  EXPECT_LE(histogram.quantile_s(0.999), 0.3);
}

TEST(LatencyHistogram, WhatIsLongerThanTheLastBoundIsCountedToo) {
  LatencyHistogram histogram;
  histogram.record(3'600'000'000'000);
  histogram.record(0);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.quantile_s(1.0), 50.0);
  EXPECT_EQ(histogram.collect().bucket.back().cumulative_count, 2u);
}

TEST(PublisherMetrics, ExportsEveryCounter) {
  PublisherMetrics metrics;
  metrics.records_read.add(12);
  metrics.records_resent.add(1);
  metrics.messages_delivered.add(7);
  metrics.bytes_delivered.add(4'000);
  metrics.failed[0].add(1);
  metrics.failed[1].add(2);
  metrics.corrupt.add(5);
  metrics.recoveries.add(3);
  metrics.in_flight.set(1);
  metrics.arena_used_bytes.set(512);
  metrics.arena_size_bytes.set(1024);
  metrics.lanes_owned.set(4);
  metrics.read_to_ack.record(2'000'000);
  const std::string text = page(metrics);
  for (const char* line :
       {"pktferry_publisher_records_read_total 12", "pktferry_publisher_records_resent_total 1",
        "pktferry_publisher_messages_delivered_total 7", "pktferry_publisher_bytes_delivered_total 4000",
        "pktferry_publisher_discarded_total{reason=\"too_large\"} 1",
        "pktferry_publisher_discarded_total{reason=\"invalid_timestamp\"} 2",
        "pktferry_publisher_discarded_total{reason=\"invalid_record\"} 0",
        "pktferry_publisher_discarded_total{reason=\"corrupt\"} 5", "pktferry_publisher_recoveries_total 3",
        "pktferry_publisher_in_flight_records 1", "pktferry_publisher_arena_used_bytes 512",
        "pktferry_publisher_arena_size_bytes 1024", "pktferry_publisher_lanes_owned 4", "pktferry_publisher_trouble 0",
        "pktferry_publisher_read_to_ack_seconds_count 1",
        "pktferry_publisher_read_to_ack_seconds_bucket{le=\"+Inf\"} 1"}) {
    EXPECT_TRUE(has_line(text, line)) << line << "\nin\n" << text;
  }
}

TEST(PublisherMetrics, StatusIsJsonWhateverTheTextsHold) {
  PublisherMetrics metrics;
  metrics.messages_delivered.add(7);
  EXPECT_NE(status_json(metrics, "stdout").find(R"("trouble":null)"), std::string::npos);
  metrics.set_trouble("topic \"x\": down\n");
  const std::string text = status_json(metrics, "kafka://a:1/\"t\"");
  EXPECT_NE(text.find(R"("destination":"kafka://a:1/\"t\"")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("trouble":"topic \"x\": down\n")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("messages_delivered":7)"), std::string::npos) << text;
  EXPECT_TRUE(has_line(page(metrics), "pktferry_publisher_trouble 1"));
}

}  // namespace
}  // namespace pktferry::publisher
