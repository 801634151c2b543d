// Fixed memory: order, contiguity, wrapping and the moment it is full.
#include "publisher-svc/arena.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/records.hpp"

namespace pktferry::publisher {
namespace {

TEST(Arena, IsEmptyAtFirst) {
  const Arena arena(1024);
  EXPECT_EQ(arena.size_bytes(), 1024u);
  EXPECT_EQ(arena.used_bytes(), 0u);
}

TEST(Arena, GivesTheSameRoomUntilItIsCommitted) {
  Arena arena(1024);
  char* const room = arena.reserve(100);
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(arena.reserve(100), room);
  EXPECT_EQ(arena.used_bytes(), 0u);
  arena.commit(40);
  EXPECT_EQ(arena.used_bytes(), 40u);
  EXPECT_EQ(arena.reserve(100), room + 40);
}

TEST(Arena, HasNoRoomWhenFullAndLeavesItsContentAlone) {
  Arena arena(100);
  ASSERT_NE(arena.reserve(100), nullptr);
  arena.commit(100);
  EXPECT_EQ(arena.reserve(1), nullptr);
  EXPECT_EQ(arena.used_bytes(), 100u);
  arena.release(arena.end());
  EXPECT_NE(arena.reserve(100), nullptr);
}

TEST(Arena, PassesOverARestThatIsTooSmallAndFreesItWithTheMessageBehindIt) {
  Arena arena(100);
  char* const start = arena.reserve(60);
  arena.commit(60);
  const std::uint64_t first = arena.end();
  ASSERT_NE(arena.reserve(30), nullptr);
  arena.commit(30);
  EXPECT_EQ(arena.reserve(20), nullptr) << "10 are left at the end, none at the start";
  arena.release(first);
  EXPECT_EQ(arena.reserve(20), start);
  arena.commit(20);
  EXPECT_EQ(arena.used_bytes(), 30u + 10u + 20u);
  arena.release(arena.end());
  EXPECT_EQ(arena.used_bytes(), 0u);
}

TEST(Arena, StartsOverWhenEmpty) {
  Arena arena(1024);
  char* const start = arena.reserve(100);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(arena.reserve(100), start);
    arena.commit(100);
    arena.release(arena.end());
  }
}

TEST(Arena, ReleasingTwiceChangesNothing) {
  Arena arena(1024);
  (void)arena.reserve(10);
  arena.commit(10);
  const std::uint64_t first = arena.end();
  (void)arena.reserve(10);
  arena.commit(10);
  arena.release(first);
  arena.release(first);
  EXPECT_EQ(arena.used_bytes(), 10u);
}

TEST(Arena, KeepsManyMessagesApartThroughManyRounds) {
  Arena arena(4096);
  struct Held {
    const char* at;
    std::string content;
    std::uint64_t end;
  };
  std::deque<Held> held;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::size_t size = 1 + testing::filler_word(i, 1) % 700;
    char* room = arena.reserve(700);
    while (room == nullptr) {
      ASSERT_FALSE(held.empty());
      ASSERT_EQ(std::string(held.front().at, held.front().content.size()), held.front().content);
      arena.release(held.front().end);
      held.pop_front();
      room = arena.reserve(700);
    }
    const std::string content(size, static_cast<char>('a' + i % 26));
    std::memcpy(room, content.data(), size);
    arena.commit(size);
    held.push_back({room, content, arena.end()});
    ASSERT_LE(arena.used_bytes(), arena.size_bytes());
  }
}

}  // namespace
}  // namespace pktferry::publisher
