#include "shared/ring/snapshot.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

namespace pktferry::ring {
namespace {

using Words = std::array<std::uint64_t, 4>;

TEST(SnapshotCell, OfZerosHoldsZeros) {
  const SnapshotCell<Words> cell{};
  EXPECT_EQ(cell.load(), (Words{0, 0, 0, 0}));
}

TEST(SnapshotCell, GivesTheNewestOfManyValues) {
  SnapshotCell<Words> cell{};
  for (std::uint64_t i = 1; i <= 10; ++i) {
    cell.store({i, i + 1, i + 2, i + 3});
    EXPECT_EQ(cell.load(), (Words{i, i + 1, i + 2, i + 3}));
  }
}

TEST(SnapshotCell, NeverShowsWhatAKilledWriterHadBegun) {
  // The words: epoch, then two slots. After two stores the epoch is 2 and slot 0 holds the newest value.
  SnapshotCell<Words> cell{};
  cell.store({1, 1, 1, 1});
  cell.store({2, 2, 2, 2});
  auto* words = static_cast<std::uint64_t*>(static_cast<void*>(&cell));
  ASSERT_EQ(words[0], 2u);
  for (std::size_t word = 5; word < 9; ++word) {  // slot 1, word by word
    words[word] = 77;
    EXPECT_EQ(cell.load(), (Words{2, 2, 2, 2})) << word;
  }
  cell.store({3, 3, 3, 3});  // the next writer starts over in the same slot
  EXPECT_EQ(cell.load(), (Words{3, 3, 3, 3}));
}

TEST(SnapshotCell, IsNeverSeenTornByAnotherThread) {
  const auto cell = std::make_unique<SnapshotCell<Words>>();
  std::atomic<bool> is_done{false};
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= 200'000; ++i) cell->store({i, 2 * i, 3 * i, 4 * i});
    is_done.store(true);
  });
  std::uint64_t newest = 0;
  std::uint64_t torn = 0;
  std::uint64_t backwards = 0;
  while (!is_done.load()) {
    const auto value = cell->load();
    if (!value) continue;
    const std::uint64_t i = (*value)[0];
    if (*value != Words{i, 2 * i, 3 * i, 4 * i}) ++torn;
    if (i < newest) ++backwards;
    newest = i;
  }
  writer.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(backwards, 0u);
  EXPECT_EQ((*cell->load())[0], 200'000u);
}

}  // namespace
}  // namespace pktferry::ring
