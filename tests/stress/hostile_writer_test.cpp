// A peer that writes garbage into a lane while it is read. Not for ThreadSanitizer: the races are the point.
#include <atomic>
#include <cstdint>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/shared/ring/memory_lane.hpp"

namespace pktferry::ring {
namespace {

using Status = ReadResult::Status;

constexpr std::uint64_t kLooks = 500'000;

// Whoever can write to data/ring can write anything, at any time: into controls, framing and records.
TEST(HostileWriter, NeitherCrashesNorStallsAReader) {
  MemoryLane lane;
  {
    LaneWriter writer = lane.writer();
    while (write_record(writer, testing::varied_size(writer.counts().ordinal, 512))) {
    }
  }
  const LaneCounts honest = lane.control.counts.load().value();
  std::atomic<bool> is_done{false};
  std::thread scribbling([&] {
    std::mt19937_64 random(3);
    const auto store = [&](std::uint64_t offset, std::uint64_t value) {
      __atomic_store_n(static_cast<std::uint64_t*>(static_cast<void*>(lane.data->bytes + offset)), value,
                       __ATOMIC_RELAXED);
    };
    constexpr std::uint64_t kPacket = static_cast<std::uint64_t>(record::RecordKind::kPacket) << 32;
    constexpr std::uint64_t kPadding = static_cast<std::uint64_t>(record::RecordKind::kPadding) << 32;
    while (!is_done.load(std::memory_order_relaxed)) {
      const std::uint64_t offset = random() % kTestLaneSize & ~std::uint64_t{7};
      switch (random() % 8) {
        case 0: store(offset, random()); break;
        case 1: store(offset, kPacket | testing::varied_size(random())); break;
        case 2: store(offset, kPadding | (kTestLaneSize - offset)); break;
        case 3: store(offset, 0); break;
        case 4: lane.control.write_position.store(random() >> random() % 64); break;
        case 5: lane.control.counts.store({random() >> random() % 64, random(), random() >> random() % 64, 0}); break;
        default:  // often enough honest that records are found, and their framing changes under the reader's hands
          lane.control.counts.store(honest);
          lane.control.write_position.store(honest.position);
      }
    }
  });
  LaneReader reader = lane.reader();
  std::mt19937_64 random(4);
  std::uint64_t records = 0;
  std::uint64_t skips = 0;
  std::uint64_t bytes = 0;
  for (std::uint64_t look = 0; look < kLooks; ++look) {
    const ReadResult result = reader.read();
    if (result.status == Status::kSkipped) ++skips;
    if (result.status == Status::kRecord) {
      ++records;
      // Follow everything that a publisher would: AddressSanitizer watches.
      record::LayerView layer = result.record->first_layer();
      for (int left = result.record->header().layer_count; left > 0; --left, layer = layer.next()) {
        bytes += layer.header().size;
      }
      ASSERT_LE(result.record->header().size, record::kMaxRecordSize);
    } else {
      reader.rewind(random() % kTestLaneSize & ~std::uint64_t{7}, random() % 8000);
    }
    if (look % 64 == 0) reader.rewind(0, 0);
  }
  is_done.store(true);
  scribbling.join();
  EXPECT_GT(skips, 0u);
  EXPECT_GT(records, 0u);
  EXPECT_GT(bytes, 0u);
}

}  // namespace
}  // namespace pktferry::ring
