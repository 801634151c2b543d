// Packets out of a capture file: pcap (micro- and nanoseconds, both byte orders) or pcapng, from a file, a named pipe
// or standard input.
#pragma once

#include <memory>
#include <string>

#include "capture-svc/source/packet_source.hpp"

namespace pktferry::capture {

struct FileOptions {
  std::string path;    // "-" is standard input
  std::string filter;  // BPF; empty: all
  // Ends the waiting for a pipe once it is readable: the source then reports the end of the file. -1: waits for ever.
  int stop_fd = -1;
};

// Throws SourceError where there is no readable capture file, service::SettingsError for the filter. Waits for the
// file's header where the file is a pipe.
std::unique_ptr<PacketSource> open_file_source(const FileOptions& options);

}  // namespace pktferry::capture
