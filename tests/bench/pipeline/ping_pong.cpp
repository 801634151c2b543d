// How far apart the two cores are: nanoseconds for a cache line to go from one thread to the other and back, halved; of
// many short games the quickest, so that being scheduled out does not count. Virtual machines move: a measurement of
// two processes is worth its numbers only while this stays the same.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <thread>

int main() {
  constexpr int kGames = 100;
  constexpr int kRounds = 2'000;
  alignas(128) std::atomic<int> ball{0};
  std::thread other([&ball] {
    for (int i = 0; i < kGames * kRounds; ++i) {
      while (ball.load(std::memory_order_acquire) != 1) continue;
      ball.store(0, std::memory_order_release);
    }
  });
  double best_ns = std::numeric_limits<double>::max();
  for (int game = 0; game < kGames; ++game) {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) {
      ball.store(1, std::memory_order_release);
      while (ball.load(std::memory_order_acquire) != 0) continue;
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    best_ns = std::min(best_ns, took.count() / kRounds / 2);
  }
  other.join();
  std::printf("%.0f\n", best_ns);
}
