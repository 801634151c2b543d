// A mapped file that a peer has truncated cannot be touched any more: say so and end, to be started again.
#include <signal.h>
#include <unistd.h>

#include "shared/ring/ring_directory.hpp"

namespace pktferry::ring {
namespace {

// Async-signal-safe: write and _exit only.
void end_with_reason(int) {
  static constexpr char kReason[] =
      "pktferry: SIGBUS: a file of the ring was truncated by another process while it was in use; "
      "restart capture-svc, it replaces the ring\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kReason, sizeof kReason - 1);
  _exit(1);
}

}  // namespace

void exit_on_sigbus() {
  struct sigaction action {};
  action.sa_handler = end_with_reason;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace pktferry::ring
