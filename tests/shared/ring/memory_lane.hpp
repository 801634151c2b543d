// A lane in plain memory, with writer and reader on it, so that tests can poke every word.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "shared/ring/ring_layout.hpp"
#include "shared/ring/ring_reader.hpp"
#include "shared/ring/ring_writer.hpp"
#include "tests/support/records.hpp"

namespace pktferry::ring {

inline constexpr std::uint64_t kTestLaneSize = kMinLaneSize;

struct MemoryLane {
  struct alignas(4096) Data {
    std::byte bytes[kTestLaneSize];
  };
  LaneControl control{};
  LaneCursor cursor{};
  std::unique_ptr<Data> data = std::make_unique<Data>();
  std::atomic<std::uint64_t> wild_cursors{0};

  LaneWriter writer() { return {control, cursor, data->bytes, kTestLaneSize, wild_cursors}; }
  LaneReader reader(std::uint64_t position = 0, std::uint64_t ordinal = 0) const {
    return {control, data->bytes, kTestLaneSize, position, ordinal};
  }

  // What a publisher's commit does.
  void commit(std::uint64_t position) { cursor.committed_position.store(position, std::memory_order_release); }

  template <typename T>
  T word_at(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, data->bytes + offset, sizeof value);
    return value;
  }
  template <typename T>
  void poke(std::uint64_t offset, T value) {
    std::memcpy(data->bytes + offset, &value, sizeof value);
  }
};

// Writes one record whose seed is its ordinal; false where the lane is full.
inline bool write_record(LaneWriter& writer, std::uint32_t size = testing::kSmallestRecord) {
  std::byte* const room = writer.reserve();
  if (room == nullptr) return false;
  testing::fill_record(room, size, writer.counts().ordinal);
  writer.commit(size);
  return true;
}

}  // namespace pktferry::ring
