// capture-svc: what is made in which order, and how it ends.
#include <atomic>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <spdlog/spdlog.h>

#include "capture-svc/capture_config.hpp"
#include "capture-svc/capture_loop.hpp"
#include "capture-svc/capture_metrics.hpp"
#include "capture-svc/source/file_source.hpp"
#include "capture-svc/source/live_source.hpp"
#include "capture-svc/status_report.hpp"
#include "capture-svc/surroundings.hpp"
#include "capture-svc/terminal.hpp"
#include "shared/ring/ledger.hpp"
#include "shared/ring/ring_directory.hpp"
#include "shared/service/http_server.hpp"
#include "shared/service/log.hpp"
#include "shared/service/run_loop.hpp"
#include "shared/service/settings.hpp"
#include "shared/service/shutdown.hpp"
#include "shared/service/standard_streams.hpp"

namespace {

using namespace pktferry;
using capture::CaptureConfig;
using capture::CaptureLoop;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongSettings = 2;

int flush_output() {
  if (std::cout.flush()) return kDone;
  std::cerr << "capture-svc: stdout cannot be written to; is its disk full, or its reader gone?\n";
  return kFailed;
}

int print_status(const CaptureConfig& config) {
  const ring::Ledger ledger = ring::read_ledger(config.common.ring_directory);
  std::cout << (config.status_format == capture::StatusFormat::kJson ? capture::status_json(ledger) + '\n'
                                                                     : capture::status_table(ledger));
  return flush_output();
}

int reset_ring(const CaptureConfig& config) {
  const std::string& directory = config.common.ring_directory;
  const std::optional<std::uint64_t> lost = ring::reset(directory);
  std::cout << "removed the ring in " << directory << ": "
            << (lost ? std::to_string(*lost) + " records in it were lost" : "what was in it could not be read") << '\n';
  return flush_output();
}

std::unique_ptr<capture::PacketSource> open_source(const CaptureConfig& config, const service::Shutdown& shutdown) {
  if (!config.file.empty()) return capture::open_file_source({config.file, config.filter, shutdown.fd()});
  return capture::open_live_source(
      {config.interface, config.filter, config.snaplen, config.buffer_mib, config.promiscuous});
}

ring::CaptureOptions ring_options(const CaptureConfig& config) {
  ring::CaptureOptions options;
  options.directory = config.common.ring_directory;
  options.geometry = {1, config.lanes, std::uint64_t{config.lane_mib} << 20};
  options.node = config.node;
  options.group = config.group;
  return options;
}

service::HttpPages http_pages(const CaptureConfig& config, const service::Heartbeat& heartbeat,
                              const std::atomic<bool>& attached) {
  const std::string& directory = config.common.ring_directory;
  return {std::make_shared<capture::CaptureMetrics>(directory), [&heartbeat] { return heartbeat.is_alive(); },
          [&attached]() -> std::optional<std::string> {
            if (attached) return std::nullopt;
            return "the ring is not attached yet";
          },
          [&directory] { return capture::status_json(ring::read_ledger(directory)); }};
}

void log_end(CaptureLoop::End end, const capture::PacketSource& source) {
  switch (end) {
    case CaptureLoop::End::kStopped: return spdlog::info("stopped");
    case CaptureLoop::End::kEndOfFile: return spdlog::info("reached the end of {}", source.interface_name());
    case CaptureLoop::End::kCount: return spdlog::info("stopped after --count");
    case CaptureLoop::End::kDuration: return spdlog::info("stopped after --duration");
    case CaptureLoop::End::kSourceFailed: return spdlog::error("{}", source.error());
  }
}

int run_capture(const CaptureConfig& config) {
  if (config.common.check) return kDone;

  service::Shutdown shutdown;  // before any thread
  service::configure_log("capture-svc", config.common.log_level, config.common.log_format);
  ring::exit_on_sigbus();

  const std::unique_ptr<capture::PacketSource> source = open_source(config, shutdown);
  service::Heartbeat heartbeat;
  std::atomic<bool> attached{false};
  std::optional<service::HttpServer> http;
  if (config.common.listen != "none") http.emplace(config.common.listen, http_pages(config, heartbeat, attached));

  ring::CaptureRing ring(ring_options(config));
  for (const std::string& warning : ring.warnings()) spdlog::warn("{}", warning);
  capture::Terminal terminal(config.file != "-");
  CaptureLoop loop(ring, *source, {config.on_full, config.count, config.duration}, heartbeat,
                   capture::real_surroundings(shutdown, terminal));
  attached = true;
  spdlog::info("captures {} into {} (ring {})", source->interface_name(), config.common.ring_directory, ring.ring_id());

  const CaptureLoop::End end = loop.run();
  ring.mark_clean();
  log_end(end, *source);
  return end == CaptureLoop::End::kSourceFailed ? kFailed : kDone;
}

int run(const CaptureConfig& config) {
  switch (config.command) {
    case capture::Command::kStatus: return print_status(config);
    case capture::Command::kReset: return reset_ring(config);
    case capture::Command::kCapture: return run_capture(config);
  }
  return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  service::reserve_standard_streams();
  CaptureConfig config;
  if (const auto exit_code = capture::parse_capture_config(argc, argv, config)) return *exit_code;
  try {
    return run(config);
  } catch (const service::SettingsError& error) {
    std::cerr << "capture-svc: " << error.what() << '\n';
    return kWrongSettings;
  } catch (const std::exception& error) {
    std::cerr << "capture-svc: " << error.what() << '\n';
    return kFailed;
  }
}
