// What a source handed over, kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capture-svc/source/packet_source.hpp"

namespace pktferry::testing {

struct KeptPacket {
  std::string bytes;
  std::uint32_t wire_length;
  std::uint64_t timestamp_ns;
  std::optional<decode::LinkType> link_type;
};

class Collector : public capture::PacketHandler {
 public:
  bool on_packet(const capture::Packet& packet) override {
    const auto* begin = static_cast<const char*>(static_cast<const void*>(packet.bytes.data()));
    packets.push_back({{begin, packet.bytes.size()}, packet.wire_length, packet.timestamp_ns, packet.link_type});
    return packets.size() < stop_after;
  }
  void on_wait() override {
    ++waits;
    if (while_waiting) while_waiting();
  }

  std::vector<KeptPacket> packets;
  std::size_t stop_after = SIZE_MAX;
  int waits = 0;
  std::function<void()> while_waiting;
};

// Polls until the source is at its end, and says which end.
inline capture::PacketSource::Status drain(capture::PacketSource& source, Collector& collector) {
  for (;;) {
    const auto status = source.poll(16, collector);
    if (status != capture::PacketSource::Status::kPackets) return status;
  }
}

}  // namespace pktferry::testing
