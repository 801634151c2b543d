#include "capture-svc/source/pcap_handle.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "capture-svc/source/filter.hpp"
#include "shared/service/settings.hpp"

namespace pktferry::capture {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// A file may claim any time. Seconds of a pcap file are unsigned 32 bits, which libpcap extends by their sign.
std::uint64_t to_timestamp_ns(const timeval& time, std::uint64_t ns_per_fraction) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::uint64_t seconds = time.tv_sec < 0 ? static_cast<std::uint32_t>(time.tv_sec)  //
                                                : static_cast<std::uint64_t>(time.tv_sec);
  const std::uint64_t fraction = time.tv_usec < 0 ? 0 : static_cast<std::uint64_t>(time.tv_usec);
  if (seconds >= kMax / kNsPerSecond || fraction >= kMax / kNsPerSecond) return kMax;
  return std::min(kMax, seconds * kNsPerSecond + fraction * ns_per_fraction);
}

struct Call {
  pcap_t* handle;
  PacketHandler& handler;
  std::optional<decode::LinkType> link_type;
  std::uint64_t ns_per_fraction;
  bool any_packet = false;
};

void on_pcap_packet(u_char* user, const pcap_pkthdr* header, const u_char* bytes) noexcept {
  auto& call = *static_cast<Call*>(static_cast<void*>(user));
  call.any_packet = true;
  const Packet packet{std::as_bytes(std::span(bytes, header->caplen)), header->len,
                      to_timestamp_ns(header->ts, call.ns_per_fraction), call.link_type};
  if (!call.handler.on_packet(packet)) pcap_breakloop(call.handle);
}

class CompiledFilter {
 public:
  CompiledFilter(pcap_t* handle, const std::string& filter) {
    if (pcap_compile(handle, &program_, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
      throw service::SettingsError("--filter '" + filter + "': " + pcap_geterr(handle) + "; see pcap-filter(7)");
    }
  }
  ~CompiledFilter() { pcap_freecode(&program_); }
  CompiledFilter(const CompiledFilter&) = delete;
  CompiledFilter& operator=(const CompiledFilter&) = delete;

  bpf_program* program() { return &program_; }

 private:
  bpf_program program_{};
};

}  // namespace

void set_filter(pcap_t* handle, const std::string& filter) {
  if (filter.empty()) return;
  CompiledFilter compiled(handle, filter);
  if (pcap_setfilter(handle, compiled.program()) != 0) {
    throw service::SettingsError("--filter '" + filter + "': " + pcap_geterr(handle));
  }
}

void check_filter(const std::string& filter) {
  const PcapHandle cooked(pcap_open_dead(DLT_LINUX_SLL2, 65535));
  try {
    const CompiledFilter accepted(cooked.get(), filter);
  } catch (const service::SettingsError&) {
    const PcapHandle ethernet(pcap_open_dead(DLT_EN10MB, 65535));
    const CompiledFilter accepted(ethernet.get(), filter);
  }
}

Dispatched dispatch(pcap_t* handle, int max_packets, PacketHandler& handler) {
  Call call{handle, handler, decode::link_type_of(pcap_datalink(handle)),
            pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO ? 1u : 1000u};
  const int result =
      pcap_dispatch(handle, max_packets, on_pcap_packet, static_cast<u_char*>(static_cast<void*>(&call)));
  return {call.any_packet, result == PCAP_ERROR};
}

}  // namespace pktferry::capture
