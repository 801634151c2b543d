// /metrics of capture-svc: the ring's own ledger, read at each scrape. Ring-wide totals survive kills of either side,
// and capture alone exports them, so that no sum over processes counts them twice.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace pktferry::capture {

// Thread rights: Collect() by any thread. docs/metrics.md describes each metric.
class CaptureMetrics : public prometheus::Collectable {
 public:
  explicit CaptureMetrics(std::filesystem::path ring_directory) : ring_directory_(std::move(ring_directory)) {}

  // Without a ring, only what the process knows of itself.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const std::filesystem::path ring_directory_;
};

}  // namespace pktferry::capture
