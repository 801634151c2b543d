// Any bytes as a lane: the reader stays inside it, ends, and never hands over a record that does not parse.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "shared/ring/ring_reader.hpp"

using namespace pktferry;

// Input: {write_position, counts.position, counts.ordinal} as 8 bytes each, then the start of the lane's data.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 3 * sizeof(std::uint64_t);
  constexpr std::uint64_t kLaneSize = 1u << 14;  // the reader does not mind a lane below kMinLaneSize
  if (size < kHead) return 0;
  std::uint64_t head[3];
  std::memcpy(head, data, kHead);

  const auto control = std::make_unique<ring::LaneControl>();
  control->write_position.store(head[0]);
  control->counts.store({.position = head[1], .sequence = head[2], .ordinal = head[2], .full = 0});
  const std::unique_ptr<std::uint64_t[]> lane(new std::uint64_t[kLaneSize / 8]());
  std::memcpy(lane.get(), data + kHead, std::min<std::size_t>(size - kHead, kLaneSize));

  ring::LaneReader reader(*control, reinterpret_cast<const std::byte*>(lane.get()), kLaneSize, 0, 0);
  // No record is shorter than its header: more rounds than that without an end is a hang.
  for (std::uint64_t round = 0; round <= kLaneSize / sizeof(record::RecordHeader) + 2; ++round) {
    const ring::ReadResult result = reader.read();
    if (result.status == ring::ReadResult::Status::kEmpty) return 0;
    if (result.status == ring::ReadResult::Status::kRecord && !result.record) std::abort();
  }
  std::abort();
}
