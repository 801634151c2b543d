// What the file and the live source have in common: a libpcap handle, its filter, and its packets handed on.
//
// Runs on the thread of its source. Included by the sources alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <pcap/pcap.h>

#include "capture-svc/source/packet_source.hpp"

namespace pktferry::capture {

struct PcapCloser {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapCloser>;

// Compiles the BPF expression and lets the handle give only what matches. Throws service::SettingsError with libpcap's
// message and the filter.
void set_filter(pcap_t* handle, const std::string& filter);

// What one pcap_dispatch() gave. Both may be true: an error comes after the packets before it, and only once.
struct Dispatched {
  bool any_packet = false;
  bool failed = false;  // pcap_geterr() says why
};

// Hands over what the handle has now, at most `max_packets`.
Dispatched dispatch(pcap_t* handle, int max_packets, PacketHandler& handler);

}  // namespace pktferry::capture
