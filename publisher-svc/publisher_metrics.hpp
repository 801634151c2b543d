// What a publisher counts about itself since it was started. Ring-wide totals live in the ring and are capture's to
// export; docs/metrics.md lists both.
//
// Written by the publish loop alone, with plain relaxed stores; read by the HTTP server's threads at scrape.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "shared/ring/ring_layout.hpp"

namespace pktferry::publisher {

// A number with one writer, which needs no locked instruction. Thread rights: add() and set() by one thread.
class Value {
 public:
  void add(std::uint64_t count) noexcept { set(get() + count); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Times on a fixed logarithmic scale, six buckets a decade. Thread rights: record() by one thread, the rest by anyone.
class LatencyHistogram {
 public:
  // Upper bounds, inclusive; what is longer falls into one more bucket.
  static constexpr std::array<std::uint64_t, 41> kBoundsNs = [] {
    constexpr std::array<std::uint64_t, 6> kSteps{10, 15, 20, 30, 50, 70};
    std::array<std::uint64_t, 41> bounds{};
    std::uint64_t decade_ns = 1'000;  // the first bound is 10 µs, the last 50 s
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      if (i > 0 && i % kSteps.size() == 0) decade_ns *= 10;
      bounds[i] = kSteps[i % kSteps.size()] * decade_ns;
    }
    return bounds;
  }();

  void record(std::uint64_t latency_ns) noexcept;

  // Never less than it was for who reads it after count() or quantile_s() of an earlier moment.
  std::uint64_t count() const noexcept;
  // Interpolated within its bucket; 0 where nothing was recorded. `quantile`: 0..1. Seconds.
  double quantile_s(double quantile) const noexcept;
  prometheus::ClientMetric::Histogram collect() const;

 private:
  std::array<Value, kBoundsNs.size() + 1> buckets_;
  Value sum_ns_;
};

// records_read = messages_delivered + discarded{failed reasons} + records_resent + in flight.
class PublisherMetrics final : public prometheus::Collectable {
 public:
  Value records_read;                                // out of the ring, again after a recovery
  Value records_resent;                              // of them, given back to the ring by a recovery
  Value messages_delivered;                          // acknowledged
  Value bytes_delivered;                             // payloads of them
  std::array<Value, ring::kFailReasonCount> failed;  // given up
  Value corrupt;                                     // ordinals that could not be read
  Value recoveries;
  Value in_flight;  // read, but neither acknowledged nor given up
  Value arena_used_bytes;
  Value arena_size_bytes;
  Value lanes_owned;
  LatencyHistogram read_to_ack;  // from capture's reading of the packet to the acknowledgement

  // What keeps records from being delivered now, one line, or nothing. Any thread.
  void set_trouble(std::optional<std::string> trouble);
  std::optional<std::string> trouble() const;

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  mutable std::mutex trouble_mutex_;
  std::optional<std::string> trouble_;
};

// The page /status: one JSON object.
std::string status_json(const PublisherMetrics& metrics, std::string_view destination);

}  // namespace pktferry::publisher
