// How a service is told to stop: SIGINT and SIGTERM, and whatever else calls request().
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace pktferry::service {

// Blocks SIGINT, SIGTERM and SIGPIPE in the constructor, so that it must be made before any thread: all of them inherit
// the mask. One waiting thread turns the signals into the flag and the descriptor. A second signal ends the process
// at once (exit code 1), unless it comes so soon that it is the first one's echo: timeout(1), for one, signals a
// process and then its group. The mask stays after destruction: a signal that comes while a service puts things away is
// no reason to die of it.
//
// Throws std::system_error where the kernel has no descriptor left.
class Shutdown {
 public:
  explicit Shutdown(std::chrono::milliseconds echo = std::chrono::milliseconds(500));
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  // Any thread.
  bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }
  void request() noexcept;
  // Readable from the request on: for poll(2). Nobody may read it.
  int fd() const noexcept { return event_.fd; }

 private:
  struct Descriptor {
    int fd = -1;
    ~Descriptor();
  };

  void wait_for_signals(std::chrono::milliseconds echo) noexcept;

  std::atomic<bool> requested_{false};
  Descriptor event_;    // raised by request()
  Descriptor signals_;  // signalfd
  Descriptor retire_;   // ends the waiter
  std::thread waiter_;
};

}  // namespace pktferry::service
