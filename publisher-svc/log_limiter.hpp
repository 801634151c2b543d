// Keeps a repeated event from flooding the log: a few lines at once, then one in a while, which says how many it stands
// for. Thread rights: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace pktferry::publisher {

class LogLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  // `burst` lines in every `interval`.
  LogLimiter(std::uint32_t burst, std::chrono::milliseconds interval) : burst_(burst), interval_(interval) {}

  // How many lines were suppressed since the last one, or nothing where this one is to be.
  [[nodiscard]] std::optional<std::uint64_t> admit(Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    if (now - started_at_ >= interval_) {
      started_at_ = now;
      said_ = 0;
    }
    if (said_ == burst_) {
      ++suppressed_;
      return std::nullopt;
    }
    ++said_;
    return std::exchange(suppressed_, 0);
  }

 private:
  const std::uint32_t burst_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  Clock::time_point started_at_{};
  std::uint32_t said_ = 0;
  std::uint64_t suppressed_ = 0;
};

}  // namespace pktferry::publisher
