#include "shared/service/shutdown.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace pktferry::service {
namespace {

int checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

void raise_event(int fd) noexcept {
  const std::uint64_t one = 1;
  // The counter cannot overflow: nothing else is ever written, and it is raised a handful of times.
  [[maybe_unused]] const auto written = write(fd, &one, sizeof one);
}

}  // namespace

Shutdown::Descriptor::~Descriptor() {
  if (fd >= 0) close(fd);
}

Shutdown::Shutdown(std::chrono::milliseconds echo) {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  sigset_t blocked = stop_signals;
  sigaddset(&blocked, SIGPIPE);  // a closed pipe or socket is an error code here, not a death
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);

  event_.fd = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  retire_.fd = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  signals_.fd = checked(signalfd(-1, &stop_signals, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
  waiter_ = std::thread([this, echo] { wait_for_signals(echo); });
}

Shutdown::~Shutdown() {
  raise_event(retire_.fd);
  waiter_.join();
}

void Shutdown::request() noexcept {
  // Release, partner: requested()'s acquire. Whoever sees the flag sees what was done before the request.
  requested_.store(true, std::memory_order_release);
  raise_event(event_.fd);
}

void Shutdown::wait_for_signals(std::chrono::milliseconds echo) noexcept {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> asked_at;
  for (;;) {
    std::array<pollfd, 2> ready{pollfd{signals_.fd, POLLIN, 0}, pollfd{retire_.fd, POLLIN, 0}};
    if (poll(ready.data(), ready.size(), -1) < 0) continue;
    if (ready[1].revents != 0) return;
    signalfd_siginfo signal;
    if (read(signals_.fd, &signal, sizeof signal) != sizeof signal) continue;
    if (asked_at) {
      if (Clock::now() - *asked_at >= echo) _exit(1);
      continue;
    }
    asked_at = Clock::now();
    request();
  }
}

}  // namespace pktferry::service
