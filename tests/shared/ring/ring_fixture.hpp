// A ring directory of a test's own, in memory.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "shared/ring/ledger.hpp"
#include "shared/ring/ring_directory.hpp"
#include "tests/support/records.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::ring {

inline constexpr Geometry kSmallGeometry{1, 2, kMinLaneSize};

class RingTest : public ::testing::Test {
 protected:
  CaptureOptions options(const Geometry& geometry = kSmallGeometry) const {
    CaptureOptions options;
    options.directory = directory();
    options.geometry = geometry;
    options.node = "n1";
    options.lock_patience = std::chrono::milliseconds(0);
    return options;
  }
  std::filesystem::path directory() const { return temp_ / "ring"; }
  std::filesystem::path ring_file() const { return directory() / "data" / "ring"; }
  std::filesystem::path cursors_file() const { return directory() / "state" / "cursors"; }
  const testing::TempDir& temp() const { return temp_; }

  std::unique_ptr<PublisherRing> attach(PublisherRing::Mode mode = PublisherRing::Mode::kDeliver) const {
    return PublisherRing::attach(directory(), mode);
  }

 private:
  testing::TempDir temp_{"/dev/shm"};
};

// Reads one packet more and writes it into the lane, or counts it as dropped where that is full: what capture does.
inline bool capture_packet(CaptureRing& ring, LaneWriter& writer, std::uint32_t size = testing::kSmallestRecord) {
  auto& read = ring.worker(0).read;
  read.store(read.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  std::byte* const room = writer.reserve();
  if (room == nullptr) {
    writer.drop_full();
    return false;
  }
  testing::fill_record(room, size, writer.counts().ordinal);
  writer.commit(size);
  return true;
}

// What a publisher does with a lane that it owns: reads to the end and commits each record. Returns the records read.
inline std::uint64_t deliver_all(PublisherRing& ring, std::uint32_t lane) {
  LaneReader reader = ring.lane_reader(lane);
  CursorCounts counts = ring.cursor(lane);
  std::uint64_t records = 0;
  for (;;) {
    const ReadResult result = reader.read();
    if (result.status == ReadResult::Status::kEmpty) return records;
    counts.corrupt += result.lost;
    if (result.status == ReadResult::Status::kRecord) {
      EXPECT_TRUE(testing::is_intact(*result.record));
      ++counts.delivered;
      ++records;
    }
    counts.position = reader.position();
    counts.ordinal = reader.ordinal();
    ring.commit(lane, counts);
  }
}

inline void expect_closed(const Ledger& ledger) {
  EXPECT_EQ(ledger.read_unexplained(), 0);
  EXPECT_EQ(ledger.written_unexplained(), 0);
  EXPECT_EQ(ledger.kernel_unexplained(), 0);
}

inline std::uint64_t killed(const Ledger& ledger) {
  return ledger.dropped[static_cast<std::uint32_t>(DropReason::kKilled)];
}

inline ::testing::AssertionResult mentions(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << text << "' does not mention '" << part << "'";
}

// Runs `body` in a forked child and returns what it returned.
template <typename Body>
int in_child(Body&& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The message of the RingError that `body` throws; "" where it throws none.
template <typename Body>
std::string ring_error(Body&& body) {
  try {
    std::forward<Body>(body)();
  } catch (const RingError& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << "one line";
    return e.what();
  }
  return {};
}

}  // namespace pktferry::ring
