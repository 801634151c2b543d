// How a service is told to stop: SIGINT and SIGTERM, and whatever else calls request().
#pragma once

#include <atomic>

namespace pktferry::service {

// Blocks SIGINT, SIGTERM and SIGPIPE in the constructor, so that it must be made before any thread: all of them inherit
// the mask. One waiting thread turns the signals into the flag and the descriptor. A second signal ends the process
// at once (exit code 1).
class Shutdown {
 public:
  Shutdown();
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  // Any thread.
  bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }
  void request() noexcept;
  // Readable from the request on: for poll(2).
  int fd() const noexcept { return event_fd_; }

 private:
  std::atomic<bool> requested_{false};
  int event_fd_;
  // The rest is the implementation's (signal descriptor and thread).
  struct Waiter;
  Waiter* waiter_;
};

}  // namespace pktferry::service
