#include "capture-svc/capture_metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "shared/ring/ledger.hpp"
#include "shared/ring/ring_directory.hpp"
#include "shared/service/version.hpp"

namespace pktferry::capture {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Page {
 public:
  // Starts a metric; sample() adds to the last one.
  Page& counter(const char* name, const char* help) { return family(name, help, MetricType::Counter); }
  Page& gauge(const char* name, const char* help) { return family(name, help, MetricType::Gauge); }
  Page& sample(std::uint64_t value, std::vector<ClientMetric::Label> labels = {}) {
    MetricFamily& last = families_.back();
    ClientMetric metric;
    metric.label = std::move(labels);
    (last.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = static_cast<double>(value);
    last.metric.push_back(std::move(metric));
    return *this;
  }
  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  Page& family(const char* name, const char* help, MetricType type) {
    families_.push_back({name, help, type, {}});
    return *this;
  }
  std::vector<MetricFamily> families_;
};

ClientMetric::Label reason(std::string_view label) {
  return {"reason", std::string(label)};
}
ClientMetric::Label lane_label(std::size_t lane) {
  return {"lane", std::to_string(lane)};
}

void add_capture(Page& page, const ring::Ledger& ledger) {
  page.counter("pktferry_capture_kernel_received_total", "Packets that passed the kernel's filter, its drops included.")
      .sample(ledger.kernel_received);
  page.counter("pktferry_capture_kernel_dropped_total", "Packets that the kernel had no room for.")
      .sample(ledger.kernel_dropped);
  page.counter("pktferry_capture_kernel_left_total", "Packets that the kernel still held when a capture stopped.")
      .sample(ledger.kernel_waiting);
  page.counter("pktferry_capture_packets_read_total", "Packets read from the interface or file.").sample(ledger.read);
  page.counter("pktferry_capture_records_written_total", "Records written to the ring.").sample(ledger.written);
  page.counter("pktferry_capture_discarded_total", "Packets and records that capture gave up, by reason.");
  for (std::uint32_t i = 0; i < ring::kDropReasonCount; ++i) {
    page.sample(ledger.dropped[i], {reason(ring::label(static_cast<ring::DropReason>(i)))});
  }
  page.sample(ledger.replaced, {reason("replaced")});
  page.counter("pktferry_capture_runs_total", "Captures that have used the ring.").sample(ledger.runs);
  page.counter("pktferry_capture_unclean_runs_total", "Captures that were killed: their kernel counters are lost.")
      .sample(ledger.unclean_runs);
}

void add_ring(Page& page, const ring::Ledger& ledger) {
  page.counter("pktferry_ring_delivered_total", "Records that publishers delivered.").sample(ledger.delivered);
  page.counter("pktferry_ring_failed_total", "Records that publishers gave up, by reason.");
  for (std::uint32_t i = 0; i < ring::kFailReasonCount; ++i) {
    page.sample(ledger.failed[i], {reason(ring::label(static_cast<ring::FailReason>(i)))});
  }
  page.counter("pktferry_ring_corrupt_total", "Records that publishers could not read back.").sample(ledger.corrupt);
  page.counter("pktferry_ring_wild_cursors_total", "Positions of publishers that capture refused as impossible.")
      .sample(ledger.wild_cursors);
  page.gauge("pktferry_ring_publishers", "Publishers that live now.").sample(ledger.publishers);

  page.gauge("pktferry_ring_lane_records", "Records that wait in the lane.");
  for (std::size_t i = 0; i < ledger.lanes.size(); ++i) page.sample(ledger.lanes[i].in_ring, {lane_label(i)});
  page.gauge("pktferry_ring_lane_used_bytes", "Bytes of the lane that wait for a publisher.");
  for (std::size_t i = 0; i < ledger.lanes.size(); ++i) page.sample(ledger.lanes[i].in_ring_bytes, {lane_label(i)});
  page.gauge("pktferry_ring_lane_size_bytes", "Size of the lane.");
  for (std::size_t i = 0; i < ledger.lanes.size(); ++i) page.sample(ledger.geometry.lane_size, {lane_label(i)});
  page.gauge("pktferry_ring_lane_owned", "1 where a publisher holds the lane.");
  for (std::size_t i = 0; i < ledger.lanes.size(); ++i) page.sample(ledger.lanes[i].owned ? 1 : 0, {lane_label(i)});
}

}  // namespace

std::vector<MetricFamily> CaptureMetrics::Collect() const {
  Page page;
  page.gauge("pktferry_capture_build_info", "1; the version is the label.")
      .sample(1, {{"version", service::version()}});
  try {
    const ring::Ledger ledger = ring::read_ledger(ring_directory_);
    add_capture(page, ledger);
    add_ring(page, ledger);
  } catch (const ring::RingError&) {
    // There is no ring yet, or no longer: /readyz and the log say so.
  }
  return page.take();
}

}  // namespace pktferry::capture
