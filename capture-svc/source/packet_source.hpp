// Where packets come from: the edge of capture-svc that libpcap stands behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "capture-svc/decode/decode.hpp"

namespace pktferry::capture {

// Start-up failure of a source: names the interface or file, what is wrong and what helps. One line.
class SourceError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Packet {
  std::span<const std::byte> bytes;           // captured; valid during the call of the handler only
  std::uint32_t wire_length;                  // bytes
  std::uint64_t timestamp_ns;                 // since the Unix epoch, at most INT64_MAX
  std::optional<decode::LinkType> link_type;  // nothing: we cannot decode it
};

// What a source calls from within poll(), on its caller's thread. May not throw.
class PacketHandler {
 public:
  virtual ~PacketHandler() = default;
  // Returns false to stop after this packet.
  virtual bool on_packet(const Packet& packet) = 0;
  // The rest of a packet is not there yet (a pipe): called before the source waits for it and a few times a second
  // while it does.
  virtual void on_wait() = 0;
};

// Totals of this source since it was opened, widened to 64 bits.
struct KernelCounters {
  std::uint64_t received = 0;  // passed the kernel's filter, dropped included
  std::uint64_t dropped = 0;
};

// Thread rights: one thread.
class PacketSource {
 public:
  enum class Status {
    kPackets,  // the handler was called at least once
    kIdle,     // nothing now: wait_fd() tells when to ask again
    kEnd,      // end of the file
    kFailed,   // error(); nothing more will come
  };

  virtual ~PacketSource() = default;
  // Hands over what is there, at most `max_packets`, and never waits (a file that is a pipe excepted).
  virtual Status poll(int max_packets, PacketHandler& handler) = 0;
  // For poll(2); -1 where there is nothing to wait for (a file is always ready).
  virtual int wait_fd() const = 0;
  virtual const std::string& error() const = 0;
  // Nothing for files, and where the kernel does not tell any more.
  virtual std::optional<KernelCounters> kernel_counters() = 0;
  // For the ring's interface table: the interface, or the file's name without its folder ("-" for stdin).
  virtual const std::string& interface_name() const = 0;
  virtual bool is_live() const = 0;
};

}  // namespace pktferry::capture
