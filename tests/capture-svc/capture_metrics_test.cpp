#include "capture-svc/capture_metrics.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include "shared/ring/ring_directory.hpp"
#include "shared/service/version.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::capture {
namespace {

std::string page(const CaptureMetrics& metrics) {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, metrics.Collect());
  return text.str();
}

TEST(CaptureMetrics, TellTheVersionWhereThereIsNoRing) {
  const testing::TempDir directory;
  EXPECT_EQ(page(CaptureMetrics(directory / "absent")),
            "# HELP pktferry_capture_build_info 1; the version is the label.\n"
            "# TYPE pktferry_capture_build_info gauge\n"
            "pktferry_capture_build_info{version=\"" +
                service::version() + "\"} 1\n");
}

// The golden page: a name that goes away or changes breaks somebody's dashboard.
TEST(CaptureMetrics, TellEveryCounterOfTheRing) {
  const testing::TempDir directory("/dev/shm");
  ring::CaptureOptions options;
  options.directory = directory / "ring";
  options.geometry = {1, 2, 1u << 20};
  options.node = "node";
  ring::CaptureRing ring(options);
  ring.worker(0).read = 100;
  ring.worker(0).dropped[static_cast<std::uint32_t>(ring::DropReason::kUnsupported)] = 7;
  ring.worker(0).kernel_received = 110;
  ring.worker(0).kernel_dropped = 6;
  ring.worker(0).kernel_waiting = 4;
  ring.worker(0).kernel_read = 100;
  ring::LaneWriter lane = ring.lane_writer(1);
  lane.drop_full();

  std::istringstream lines(page(CaptureMetrics(directory / "ring")));
  std::string samples;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# HELP") && line.find("build_info") == std::string::npos) samples += line + '\n';
  }
  EXPECT_EQ(samples,
            R"(# TYPE pktferry_capture_kernel_received_total counter
pktferry_capture_kernel_received_total 110
# TYPE pktferry_capture_kernel_dropped_total counter
pktferry_capture_kernel_dropped_total 6
# TYPE pktferry_capture_kernel_left_total counter
pktferry_capture_kernel_left_total 4
# TYPE pktferry_capture_packets_read_total counter
pktferry_capture_packets_read_total 100
# TYPE pktferry_capture_records_written_total counter
pktferry_capture_records_written_total 0
# TYPE pktferry_capture_discarded_total counter
pktferry_capture_discarded_total{reason="unsupported"} 7
pktferry_capture_discarded_total{reason="full"} 1
pktferry_capture_discarded_total{reason="killed"} 0
pktferry_capture_discarded_total{reason="replaced"} 0
# TYPE pktferry_capture_runs_total counter
pktferry_capture_runs_total 1
# TYPE pktferry_capture_unclean_runs_total counter
pktferry_capture_unclean_runs_total 0
# TYPE pktferry_ring_delivered_total counter
pktferry_ring_delivered_total 0
# TYPE pktferry_ring_failed_total counter
pktferry_ring_failed_total{reason="too_large"} 0
pktferry_ring_failed_total{reason="invalid_timestamp"} 0
pktferry_ring_failed_total{reason="invalid_record"} 0
# TYPE pktferry_ring_corrupt_total counter
pktferry_ring_corrupt_total 0
# TYPE pktferry_ring_wild_cursors_total counter
pktferry_ring_wild_cursors_total 0
# TYPE pktferry_ring_publishers gauge
pktferry_ring_publishers 0
# TYPE pktferry_ring_lane_records gauge
pktferry_ring_lane_records{lane="0"} 0
pktferry_ring_lane_records{lane="1"} 0
# TYPE pktferry_ring_lane_used_bytes gauge
pktferry_ring_lane_used_bytes{lane="0"} 0
pktferry_ring_lane_used_bytes{lane="1"} 0
# TYPE pktferry_ring_lane_size_bytes gauge
pktferry_ring_lane_size_bytes{lane="0"} 1048576
pktferry_ring_lane_size_bytes{lane="1"} 1048576
# TYPE pktferry_ring_lane_owned gauge
pktferry_ring_lane_owned{lane="0"} 0
pktferry_ring_lane_owned{lane="1"} 0
)");
}

TEST(CaptureMetrics, EveryMetricHasHelp) {
  const testing::TempDir directory("/dev/shm");
  ring::CaptureOptions options;
  options.directory = directory / "ring";
  options.geometry = {1, 1, 1u << 20};
  const ring::CaptureRing ring(options);
  for (const auto& family : CaptureMetrics(directory / "ring").Collect()) {
    EXPECT_FALSE(family.help.empty()) << family.name;
    EXPECT_EQ(family.type == prometheus::MetricType::Counter, family.name.ends_with("_total")) << family.name;
  }
}

}  // namespace
}  // namespace pktferry::capture
