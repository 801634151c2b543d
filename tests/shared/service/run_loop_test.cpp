#include "shared/service/run_loop.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"

namespace pktferry::service {
namespace {

TEST(RunLoop, DoesNothingWhereItIsStoppedBeforeItBegan) {
  Heartbeat heartbeat;
  run_loop(
      heartbeat, [] { return true; },
      [] {
        ADD_FAILURE();
        return 0;
      },
      [] { ADD_FAILURE(); });
}

TEST(RunLoop, IdlesOnlyWhereThereWasNoWork) {
  Heartbeat heartbeat;
  std::string trace;
  int rounds = 0;
  run_loop(
      heartbeat, [&] { return ++rounds > 4; },
      [&] {
        trace += 'w';
        return rounds % 2;
      },
      [&] { trace += 'i'; });
  EXPECT_EQ(trace, "wwiwwi");
}

TEST(Heartbeat, IsAliveFromTheStartAndAfterEachBeat) {
  Heartbeat heartbeat;
  EXPECT_TRUE(heartbeat.is_alive());
  heartbeat.beat();
  EXPECT_TRUE(heartbeat.is_alive());
}

TEST(Heartbeat, IsDeadOncePatienceIsOver) {
  const Heartbeat heartbeat;
  EXPECT_FALSE(heartbeat.is_alive(std::chrono::nanoseconds(0)));
}

TEST(RunLoop, BeatsOnEveryRound) {
  using std::chrono::milliseconds;
  Heartbeat heartbeat;
  ASSERT_TRUE(testing::eventually([&] { return !heartbeat.is_alive(milliseconds(500)); }));
  const auto before = Heartbeat::Clock::now();
  bool done = false;
  run_loop(
      heartbeat, [&] { return done; },
      [&] {
        done = true;
        return 1;
      },
      [] {});
  EXPECT_TRUE(heartbeat.is_alive(Heartbeat::Clock::now() - before + milliseconds(400)));
}

}  // namespace
}  // namespace pktferry::service
