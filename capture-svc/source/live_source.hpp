// Packets off an interface, through libpcap's memory-mapped ring (TPACKET_V3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture-svc/source/packet_source.hpp"

namespace pktferry::capture {

struct LiveOptions {
  std::string interface;          // "any": all of them
  std::string filter;             // BPF; empty: all
  std::uint32_t snaplen = 2048;   // bytes of a packet that are captured
  std::uint32_t buffer_mib = 32;  // of the kernel, for packets that are not read yet
  bool promiscuous = true;
};

// Throws SourceError: no such interface (and which there are), it is down, no permission. service::SettingsError for
// the filter.
std::unique_ptr<PacketSource> open_live_source(const LiveOptions& options);

}  // namespace pktferry::capture
