#include "capture-svc/capture_config.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <iostream>
#include <limits>
#include <system_error>

#include <unistd.h>

#include "capture-svc/source/filter.hpp"
#include "shared/ring/ring_layout.hpp"
#include "shared/service/duration.hpp"

namespace pktferry::capture {
namespace {

using service::SettingsError;

constexpr std::uint32_t kMinSnaplen = 64;      // an Ethernet, IPv4 and TCP header
constexpr std::uint32_t kMaxSnaplen = 262144;  // libpcap's own bound
constexpr std::uint32_t kMaxBufferMib = 1024;
constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kMaxLaneMib = ring::kMaxLaneSize >> 20;

// What the options say, before it is checked. Numbers too: CLI11 would take what is too large for the largest there is.
struct Words {
  std::string snaplen = "2048";
  std::string buffer_mib = "32";
  std::string lanes = "4";
  std::string lane_mib = "8";
  std::string count;
  std::string on_full;
  std::string duration;
  std::string group;
  std::string status_format = "table";
};

template <typename T>
T number_within(const char* option, const std::string& word, T least, T most) {
  T number{};
  const char* end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, number);
  if (parsed.ec == std::errc{} && parsed.ptr == end && number >= least && number <= most) return number;
  throw SettingsError(std::string(option) + ' ' + word + ": give a number from " + std::to_string(least) + " to " +
                      std::to_string(most));
}

std::string host_name() {
  std::array<char, ring::kNodeNameSize> name{};
  gethostname(name.data(), name.size() - 1);  // a longer name is cut
  return name.data();
}

void check_source(const CaptureConfig& config) {
  if (config.interface.empty() && config.file.empty()) {
    throw SettingsError("nothing to capture from: give --interface NAME or --read FILE");
  }
  if (!config.interface.empty() && !config.file.empty()) {
    throw SettingsError("--interface " + config.interface + " and --read " + config.file + ": give one of the two");
  }
  if (!config.filter.empty()) check_filter(config.filter);
}

OnFull on_full(const Words& words, const CaptureConfig& config) {
  if (words.on_full == "drop") return OnFull::kDrop;
  if (words.on_full == "block") return OnFull::kBlock;
  if (words.on_full.empty()) return config.interface.empty() ? OnFull::kBlock : OnFull::kDrop;
  throw SettingsError("--on-full " + words.on_full + ": give drop or block");
}

void check(const Words& words, CaptureConfig& config) {
  if (words.status_format != "table" && words.status_format != "json") {
    throw SettingsError("status --format " + words.status_format + ": give table or json");
  }
  config.status_format = words.status_format == "json" ? StatusFormat::kJson : StatusFormat::kTable;
  if (config.command != Command::kCapture) return;

  check_source(config);
  config.snaplen = number_within("--snaplen", words.snaplen, kMinSnaplen, kMaxSnaplen);
  config.buffer_mib = number_within("--buffer-mib", words.buffer_mib, 1u, kMaxBufferMib);
  config.lanes = number_within("--lanes", words.lanes, 1u, ring::kMaxLanes);
  config.lane_mib = number_within("--lane-mib", words.lane_mib, 1u, kMaxLaneMib);
  if (!std::has_single_bit(config.lane_mib)) {
    throw SettingsError("--lane-mib " + std::to_string(config.lane_mib) + ": give a power of two, 1, 2, 4 ... " +
                        std::to_string(kMaxLaneMib));
  }
  config.on_full = on_full(words, config);
  if (!words.count.empty()) config.count = number_within("--count", words.count, std::uint64_t{1}, kMaxCount);
  if (!words.duration.empty()) {
    config.duration = service::parse_duration("--duration", words.duration);
    if (config.duration->count() == 0) throw SettingsError("--duration " + words.duration + ": give more than none");
  }
  if (config.node.empty()) config.node = host_name();
  if (config.node.size() >= ring::kNodeNameSize) {
    throw SettingsError("--node " + config.node + ": too long, give at most " +
                        std::to_string(ring::kNodeNameSize - 1) + " bytes");
  }
  if (!words.group.empty()) config.group = words.group;
}

}  // namespace

std::optional<int> parse_capture_config(int argc, const char* const* argv, CaptureConfig& config) {
  Words words;
  CLI::App app(
      "Captures packets and leaves a record of the headers of each in a ring for publisher-svc.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong settings.",
      "capture-svc");
  service::add_common_options(app, config.common, "127.0.0.1:9780");
  app.add_option("-i,--interface", config.interface, "Capture live from this interface; any is all of them")
      ->type_name("NAME");
  app.add_option("-r,--read", config.file, "Read a pcap or pcapng file; - is standard input")->type_name("FILE");
  app.add_option("-f,--filter", config.filter, "Capture only what matches, see pcap-filter(7)")->type_name("BPF");
  app.add_option("--snaplen", words.snaplen, "Bytes of each packet that are captured (live)")
      ->type_name("BYTES")
      ->capture_default_str();
  app.add_option("--buffer-mib", words.buffer_mib, "The kernel's buffer for packets that are not read yet (live)")
      ->type_name("MIB")
      ->capture_default_str();
  app.add_flag("--promiscuous,!--no-promiscuous", config.promiscuous,
               "Also packets for other stations (live; the default)");
  app.add_option("--lanes", words.lanes, "Lanes of the ring: as many publishers can share it")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--lane-mib", words.lane_mib, "Size of each lane, a power of two")
      ->type_name("MIB")
      ->capture_default_str();
  app.add_option("--on-full", words.on_full, "When a lane is full: drop (default, live) or block (default, file)")
      ->type_name("WHAT");
  app.add_option("-c,--count", words.count, "Stop after so many packets")->type_name("N");
  app.add_option("--duration", words.duration, "Stop after this time, as in 10s")->type_name("TIME");
  app.add_option("--node", config.node, "Name of this machine in the messages (default: the host's)")
      ->type_name("NAME");
  app.add_option("--group", words.group, "Group that owns the ring's files, so that publishers may be in it")
      ->type_name("GROUP");

  CLI::App* status = app.add_subcommand("status", "Print the ledger of the ring: every packet and what became of it");
  status->fallthrough();
  status->add_option("--format", words.status_format, "table or json")->type_name("FORMAT")->capture_default_str();
  CLI::App* reset = app.add_subcommand("reset", "Remove a ring that nobody uses, and what is left in it");
  reset->fallthrough();
  app.require_subcommand(0, 1);

  service::bind_environment(app);
  if (const auto exit_code = service::parse(app, argc, argv)) return exit_code;
  if (*status) config.command = Command::kStatus;
  if (*reset) config.command = Command::kReset;
  try {
    check(words, config);
  } catch (const SettingsError& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return 2;
  }
  return std::nullopt;
}

}  // namespace pktferry::capture
