// Waiting for something that another thread or process will make true.
#pragma once

#include <chrono>
#include <thread>
#include <utility>

namespace pktferry::testing {

// Asks until `condition()` holds: true, or false once `patience` is over. The patience is for machines under load: a
// test that passes does not use it up.
template <typename Condition>
[[nodiscard]] bool eventually(Condition&& condition, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace pktferry::testing
