#include "publisher-svc/publisher_metrics.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "shared/ring/ledger.hpp"
#include "shared/service/json_text.hpp"

namespace pktferry::publisher {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kNsPerS = 1e9;

ClientMetric counter(std::uint64_t value) {
  ClientMetric metric;
  metric.counter.value = static_cast<double>(value);
  return metric;
}

MetricFamily counter_family(const char* name, const char* help, const Value& value) {
  return {name, help, MetricType::Counter, {counter(value.get())}};
}

MetricFamily gauge_family(const char* name, const char* help, std::uint64_t value) {
  ClientMetric metric;
  metric.gauge.value = static_cast<double>(value);
  return {name, help, MetricType::Gauge, {std::move(metric)}};
}

ClientMetric discarded(std::string_view reason, const Value& value) {
  ClientMetric metric = counter(value.get());
  metric.label.push_back({"reason", std::string(reason)});
  return metric;
}

}  // namespace

void LatencyHistogram::record(std::uint64_t latency_ns) noexcept {
  const auto bound = std::lower_bound(kBoundsNs.begin(), kBoundsNs.end(), latency_ns);
  buckets_[static_cast<std::size_t>(bound - kBoundsNs.begin())].add(1);
  sum_ns_.add(latency_ns);
}

std::uint64_t LatencyHistogram::count() const noexcept {
  std::uint64_t count = 0;
  for (const Value& bucket : buckets_) count += bucket.get();
  return count;
}

double LatencyHistogram::quantile_s(double quantile) const noexcept {
  const double rank = quantile * static_cast<double>(count());
  double below = 0;
  for (std::size_t i = 0; i < kBoundsNs.size(); ++i) {
    const auto here = static_cast<double>(buckets_[i].get());
    if (here > 0 && below + here >= rank) {
      const double low_ns = i == 0 ? 0 : static_cast<double>(kBoundsNs[i - 1]);
      const double high_ns = static_cast<double>(kBoundsNs[i]);
      return (low_ns + (high_ns - low_ns) * (rank - below) / here) / kNsPerS;
    }
    below += here;
  }
  return buckets_.back().get() > 0 ? static_cast<double>(kBoundsNs.back()) / kNsPerS : 0;
}

ClientMetric::Histogram LatencyHistogram::collect() const {
  ClientMetric::Histogram histogram;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    histogram.sample_count += buckets_[i].get();
    const double bound_s =
        i < kBoundsNs.size() ? static_cast<double>(kBoundsNs[i]) / kNsPerS : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, bound_s});
  }
  histogram.sample_sum = static_cast<double>(sum_ns_.get()) / kNsPerS;
  return histogram;
}

void PublisherMetrics::set_trouble(std::optional<std::string> trouble) {
  const std::lock_guard lock(trouble_mutex_);
  trouble_ = std::move(trouble);
}

std::optional<std::string> PublisherMetrics::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

std::vector<MetricFamily> PublisherMetrics::Collect() const {
  std::vector<MetricFamily> families;
  families.push_back(counter_family("pktferry_publisher_records_read_total",
                                    "Records read from the ring, again after a recovery", records_read));
  families.push_back(counter_family("pktferry_publisher_records_resent_total",
                                    "Records given back by a recovery, to be read and sent again", records_resent));
  families.push_back(counter_family("pktferry_publisher_messages_delivered_total",
                                    "Messages that the destination acknowledged", messages_delivered));
  families.push_back(counter_family("pktferry_publisher_bytes_delivered_total",
                                    "Bytes of JSON in the messages delivered, before compression", bytes_delivered));

  MetricFamily discards{"pktferry_publisher_discarded_total", "Records given up, by reason", MetricType::Counter, {}};
  for (std::uint32_t i = 0; i < ring::kFailReasonCount; ++i) {
    discards.metric.push_back(discarded(ring::label(static_cast<ring::FailReason>(i)), failed[i]));
  }
  discards.metric.push_back(discarded("corrupt", corrupt));
  families.push_back(std::move(discards));

  families.push_back(counter_family("pktferry_publisher_recoveries_total",
                                    "Times that everything in flight was taken back and sent again", recoveries));
  families.push_back(gauge_family("pktferry_publisher_in_flight_records",
                                  "Records read that are neither acknowledged nor given up", in_flight.get()));
  families.push_back(gauge_family("pktferry_publisher_arena_used_bytes", "Memory that messages in flight take up",
                                  arena_used_bytes.get()));
  families.push_back(gauge_family("pktferry_publisher_arena_size_bytes", "Memory that messages in flight may take up",
                                  arena_size_bytes.get()));
  families.push_back(
      gauge_family("pktferry_publisher_lanes_owned", "Lanes of the ring that this publisher holds", lanes_owned.get()));
  families.push_back(gauge_family("pktferry_publisher_trouble",
                                  "1 while something keeps records from being delivered; /readyz says what",
                                  trouble().has_value() ? 1 : 0));

  ClientMetric latency;
  latency.histogram = read_to_ack.collect();
  families.push_back({"pktferry_publisher_read_to_ack_seconds",
                      "Time from capture's reading of a packet to the acknowledgement of its message",
                      MetricType::Histogram,
                      {std::move(latency)}});
  return families;
}

std::string status_json(const PublisherMetrics& metrics, std::string_view destination) {
  std::string failed;
  for (std::uint32_t i = 0; i < ring::kFailReasonCount; ++i) {
    failed += fmt::format("\"{}\":{},", ring::label(static_cast<ring::FailReason>(i)), metrics.failed[i].get());
  }
  const auto trouble = metrics.trouble();
  return fmt::format(
      R"({{"service":"publisher-svc","destination":{},"trouble":{},"lanes_owned":{},"records_read":{},)"
      R"("records_resent":{},"messages_delivered":{},"bytes_delivered":{},"discarded":{{{}"corrupt":{}}},)"
      R"("recoveries":{},"in_flight":{},"arena_used_bytes":{},"arena_size_bytes":{},)"
      R"("read_to_ack_seconds":{{"p50":{:.6f},"p99":{:.6f},"p999":{:.6f}}}}})",
      service::json_string(destination), trouble ? service::json_string(*trouble) : "null", metrics.lanes_owned.get(),
      metrics.records_read.get(), metrics.records_resent.get(), metrics.messages_delivered.get(),
      metrics.bytes_delivered.get(), failed, metrics.corrupt.get(), metrics.recoveries.get(), metrics.in_flight.get(),
      metrics.arena_used_bytes.get(), metrics.arena_size_bytes.get(), metrics.read_to_ack.quantile_s(0.5),
      metrics.read_to_ack.quantile_s(0.99), metrics.read_to_ack.quantile_s(0.999));
}

}  // namespace pktferry::publisher
