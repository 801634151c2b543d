// The shape of both services: work while there is some, wait a little while there is none, tick for liveness.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace pktferry::service {

// The last time a loop came around. Thread rights: beat() by the loop, is_alive() by anyone.
class Heartbeat {
 public:
  using Clock = std::chrono::steady_clock;

  void beat() noexcept { last_ns_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed); }
  bool is_alive(std::chrono::nanoseconds patience = std::chrono::seconds(10)) const noexcept {
    return Clock::now().time_since_epoch().count() - last_ns_.load(std::memory_order_relaxed) < patience.count();
  }

 private:
  std::atomic<std::int64_t> last_ns_{Clock::now().time_since_epoch().count()};
};

// `stop()`: true ends the loop. `work()`: how much was done; 0 is nothing. `idle()`: waits a bounded time (at most a
// few hundred ms, so that the heart keeps beating).
template <typename Stop, typename Work, typename Idle>
void run_loop(Heartbeat& heartbeat, Stop&& stop, Work&& work, Idle&& idle) {
  while (!stop()) {
    heartbeat.beat();
    if (work() == 0) idle();
  }
}

}  // namespace pktferry::service
