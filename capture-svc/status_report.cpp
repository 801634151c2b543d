#include "capture-svc/status_report.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "shared/service/json_text.hpp"

namespace pktferry::capture {
namespace {

using service::json_string;

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

// Text for a terminal: control characters would speak to it.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

// The parts of an equation, largest thing first: label and packets.
using Parts = std::vector<std::pair<std::string, std::uint64_t>>;

Parts dropped_parts(const ring::Ledger& ledger) {
  Parts parts;
  for (std::uint32_t i = 0; i < ring::kDropReasonCount; ++i) {
    parts.emplace_back(ring::label(static_cast<ring::DropReason>(i)), ledger.dropped[i]);
  }
  return parts;
}

Parts failed_parts(const ring::Ledger& ledger) {
  Parts parts;
  for (std::uint32_t i = 0; i < ring::kFailReasonCount; ++i) {
    parts.emplace_back(ring::label(static_cast<ring::FailReason>(i)), ledger.failed[i]);
  }
  return parts;
}

std::string equation(std::string_view left, std::uint64_t total, const Parts& right, std::int64_t unexplained) {
  std::string text = fmt::format("\n{:<28}{:>18}\n", left, grouped(total));
  const char* sign = "=";
  for (const auto& [label, packets] : right) {
    text += fmt::format("  {} {:<26}{:>16}\n", sign, label, grouped(packets));
    sign = "+";
  }
  if (unexplained == 0) return text + "  closes\n";
  const bool missing = unexplained > 0;
  const auto distance = missing ? static_cast<std::uint64_t>(unexplained) : 0 - static_cast<std::uint64_t>(unexplained);
  return text + fmt::format("  does not close: {} {}\n", grouped(distance), missing ? "unaccounted for" : "too many");
}

std::string json_object(const Parts& parts) {
  std::string text = "{";
  for (const auto& [label, packets] : parts) {
    text += fmt::format("{}{}:{}", text.size() == 1 ? "" : ",", json_string(label), packets);
  }
  return text + '}';
}

std::string json_closing(std::int64_t unexplained) {
  return fmt::format(R"("unexplained":{},"closes":{})", unexplained, unexplained == 0);
}

}  // namespace

std::string status_table(const ring::Ledger& ledger) {
  std::string text = fmt::format(
      "ring          {}\nnode          {}\ndestination   {}\ncapture       {}\npublishers    {}\nruns          {}{}\n",
      ledger.ring_id, printable(ledger.node), ledger.destination.empty() ? "none yet" : printable(ledger.destination),
      ledger.capturing ? "running" : "not running", ledger.publishers, grouped(ledger.runs),
      ledger.unclean_runs == 0 ? "" : fmt::format(", {} of them killed", grouped(ledger.unclean_runs)));
  if (ledger.wild_cursors != 0) text += fmt::format("wild cursors  {}\n", grouped(ledger.wild_cursors));

  text += equation("received by the kernel", ledger.kernel_received,
                   {{"read", ledger.kernel_read},
                    {"dropped by the kernel", ledger.kernel_dropped},
                    {"left when capture stopped", ledger.kernel_waiting}},
                   ledger.kernel_unexplained());
  if (ledger.kernel_unexplained() != 0 && ledger.capturing)
    text += "  (what waits in the kernel now is in no counter)\n";
  if (ledger.kernel_unexplained() != 0 && ledger.unclean_runs != 0)
    text += "  (a killed run takes its counters along)\n";

  Parts read{{"written", ledger.written}};
  for (const auto& [reason, packets] : dropped_parts(ledger)) read.emplace_back("dropped: " + reason, packets);
  text += equation("read", ledger.read, read, ledger.read_unexplained());

  Parts written{{"delivered", ledger.delivered}};
  for (const auto& [reason, records] : failed_parts(ledger)) written.emplace_back("failed: " + reason, records);
  written.emplace_back("corrupt", ledger.corrupt);
  written.emplace_back("replaced with its ring", ledger.replaced);
  written.emplace_back("in the ring", ledger.in_ring);
  text += equation("written", ledger.written, written, ledger.written_unexplained());

  text += fmt::format("\n{:>4} {:>16} {:>16} {:>16} {:>12} {:>6}  {}\n", "lane", "written", "delivered",
                      "dropped: full", "in the ring", "used", "publisher");
  for (std::size_t i = 0; i < ledger.lanes.size(); ++i) {
    const ring::LaneLedger& lane = ledger.lanes[i];
    const std::uint64_t size = std::max<std::uint64_t>(1, ledger.geometry.lane_size);
    text += fmt::format("{:>4} {:>16} {:>16} {:>16} {:>12} {:>5}%  {}\n", i, grouped(lane.written),
                        grouped(lane.delivered), grouped(lane.full), grouped(lane.in_ring),
                        lane.in_ring_bytes * 100 / size, lane.owned ? "yes" : "none");
  }
  return text;
}

std::string status_json(const ring::Ledger& ledger) {
  std::string text = fmt::format(
      R"({{"ring":{},"node":{},"destination":{},"capturing":{},"publishers":{},"runs":{},"unclean_runs":{},)"
      R"("wild_cursors":{},"workers":{},"lane_bytes":{},)",
      json_string(ledger.ring_id), json_string(ledger.node), json_string(ledger.destination), ledger.capturing,
      ledger.publishers, ledger.runs, ledger.unclean_runs, ledger.wild_cursors, ledger.geometry.worker_count,
      ledger.geometry.lane_size);
  text += fmt::format(R"("kernel":{{"received":{},"read":{},"dropped":{},"waiting":{},{}}},)", ledger.kernel_received,
                      ledger.kernel_read, ledger.kernel_dropped, ledger.kernel_waiting,
                      json_closing(ledger.kernel_unexplained()));
  text += fmt::format(R"("read":{{"packets":{},"written":{},"dropped":{},{}}},)", ledger.read, ledger.written,
                      json_object(dropped_parts(ledger)), json_closing(ledger.read_unexplained()));
  text += fmt::format(
      R"("written":{{"records":{},"delivered":{},"failed":{},"corrupt":{},"replaced":{},"in_ring":{},{}}},"lanes":[)",
      ledger.written, ledger.delivered, json_object(failed_parts(ledger)), ledger.corrupt, ledger.replaced,
      ledger.in_ring, json_closing(ledger.written_unexplained()));
  for (std::size_t i = 0; i < ledger.lanes.size(); ++i) {
    const ring::LaneLedger& lane = ledger.lanes[i];
    text += fmt::format(R"({}{{"lane":{},"written":{},"full":{},"delivered":{},"failed":{},"corrupt":{},"in_ring":{},)"
                        R"("in_ring_bytes":{},"owned":{}}})",
                        i == 0 ? "" : ",", i, lane.written, lane.full, lane.delivered, lane.failed, lane.corrupt,
                        lane.in_ring, lane.in_ring_bytes, lane.owned);
  }
  return text + "]}";
}

}  // namespace pktferry::capture
