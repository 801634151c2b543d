#include "capture-svc/surroundings.hpp"

#include <array>
#include <ctime>

#include <poll.h>

namespace pktferry::capture {
namespace {

std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

Surroundings real_surroundings(const service::Shutdown& shutdown, Terminal& terminal) {
  return {monotonic_ns, [&] { return shutdown.requested() || terminal.stop_pressed(); },
          [&](int fd, std::chrono::milliseconds timeout) {
            // poll(2) passes over descriptors below zero. Which one it was, the loop asks by itself.
            std::array<pollfd, 3> ready{pollfd{fd, POLLIN, 0}, pollfd{shutdown.fd(), POLLIN, 0},
                                        pollfd{terminal.fd(), POLLIN, 0}};
            poll(ready.data(), ready.size(), static_cast<int>(timeout.count()));
          }};
}

}  // namespace pktferry::capture
