// The command line of capture-svc. Everything that can be is checked here, before anything is opened.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "shared/service/settings.hpp"

namespace pktferry::capture {

enum class Command { kCapture, kStatus, kReset };

// What to do with a packet whose lane is full.
enum class OnFull {
  kDrop,   // drop it and count it: traffic does not wait
  kBlock,  // wait for a publisher: a file does
};

enum class StatusFormat { kTable, kJson };

struct CaptureConfig {
  service::CommonSettings common;
  Command command = Command::kCapture;
  StatusFormat status_format = StatusFormat::kTable;

  // Exactly one of the two is set with Command::kCapture.
  std::string interface;
  std::string file;

  std::string filter;
  std::uint32_t snaplen = 2048;   // bytes; live only
  std::uint32_t buffer_mib = 32;  // live only
  bool promiscuous = true;        // live only
  std::uint32_t lanes = 4;
  std::uint32_t lane_mib = 8;
  OnFull on_full = OnFull::kDrop;
  std::optional<std::uint64_t> count;                 // packets, at least 1
  std::optional<std::chrono::milliseconds> duration;  // more than 0
  std::string node;                                   // the host's name where none is given
  std::optional<std::string> group;
};

// Fills `config`, or returns the exit code where the process should end now: 0 (help, version) or 2 with one line on
// stderr.
std::optional<int> parse_capture_config(int argc, const char* const* argv, CaptureConfig& config);

}  // namespace pktferry::capture
