// The last word of a publisher: what it delivered, how fast, and exactly what stays in the ring.
#pragma once

#include <chrono>
#include <filesystem>

#include "publisher-svc/publish_loop.hpp"
#include "publisher-svc/publisher_metrics.hpp"

namespace pktferry::publisher {

class PublishReport {
 public:
  // From here on time counts. `metrics` must outlive the report.
  PublishReport(std::filesystem::path ring_directory, const PublisherMetrics& metrics);

  // One line to the log, after PublishLoop::finish(); returns the process's exit code: 0 where everything that was
  // asked for is delivered, 1 where something stays in the ring because of a deadline or a closed sink.
  int log_and_judge(PublishLoop::End end) const;

 private:
  const std::filesystem::path ring_directory_;
  const PublisherMetrics& metrics_;
  const std::chrono::steady_clock::time_point started_at_ = std::chrono::steady_clock::now();
};

}  // namespace pktferry::publisher
