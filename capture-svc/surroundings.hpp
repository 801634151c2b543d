// What the capture loop knows of the world besides its source and its ring: the time, when to stop, how to wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "capture-svc/terminal.hpp"
#include "shared/service/shutdown.hpp"

namespace pktferry::capture {

// Given from outside, so that tests step through time. Called by the loop's thread.
struct Surroundings {
  std::function<std::uint64_t()> now_ns;  // CLOCK_MONOTONIC
  std::function<bool()> stop_requested;
  // Waits until `fd` is readable (-1: nothing is), a stop is requested, or the time is over.
  std::function<void(int fd, std::chrono::milliseconds timeout)> wait;
};

// The real ones: signals and the keys of the terminal stop. Both must outlive the result.
Surroundings real_surroundings(const service::Shutdown& shutdown, Terminal& terminal);

}  // namespace pktferry::capture
