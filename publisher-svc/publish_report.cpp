#include "publisher-svc/publish_report.hpp"

#include <string>
#include <utility>

#include "shared/ring/ledger.hpp"
#include "shared/ring/ring_directory.hpp"
#include "shared/service/log.hpp"

namespace pktferry::publisher {
namespace {

const char* why(PublishLoop::End end) {
  switch (end) {
    case PublishLoop::End::kReachedEnd: return "reached the end";
    case PublishLoop::End::kDrained: return "stopped when everything was delivered";
    case PublishLoop::End::kHeldNothing: return "stopped while it held no lane";
    case PublishLoop::End::kDeadline: return "stopped by --drain-timeout before everything was delivered";
    case PublishLoop::End::kSinkClosed: return "stopped because nothing reads stdout any more";
  }
  return "";
}

std::string left_in_ring(const std::filesystem::path& directory) {
  try {
    return std::to_string(ring::read_ledger(directory).in_ring);
  } catch (const ring::RingError&) {
    return "0 (there is no ring)";
  }
}

}  // namespace

PublishReport::PublishReport(std::filesystem::path ring_directory, const PublisherMetrics& metrics)
    : ring_directory_(std::move(ring_directory)), metrics_(metrics) {}

int PublishReport::log_and_judge(PublishLoop::End end) const {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started_at_;
  const auto delivered = metrics_.messages_delivered.get();
  std::string given_up;
  for (std::uint32_t i = 0; i < ring::kFailReasonCount; ++i) {
    given_up += fmt::format("{} {}, ", metrics_.failed[i].get(), ring::label(static_cast<ring::FailReason>(i)));
  }
  const bool is_complete = end != PublishLoop::End::kDeadline && end != PublishLoop::End::kSinkClosed;
  spdlog::log(
      is_complete ? spdlog::level::info : spdlog::level::warn,
      "{}: delivered {} in {:.1f} s ({:.0f}/s), read to acknowledged p50 {:.3f} ms p99 {:.3f} ms; given up {}{} "
      "corrupt; left in the ring {}",
      why(end), delivered, elapsed.count(), static_cast<double>(delivered) / elapsed.count(),
      metrics_.read_to_ack.quantile_s(0.5) * 1e3, metrics_.read_to_ack.quantile_s(0.99) * 1e3, given_up,
      metrics_.corrupt.get(), left_in_ring(ring_directory_));
  return is_complete ? 0 : 1;
}

}  // namespace pktferry::publisher
