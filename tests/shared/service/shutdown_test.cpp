#include "shared/service/shutdown.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/eventually.hpp"

namespace pktferry::service {
namespace {

// Each test changes the signal mask, so that it runs in a process of its own: the exit code, or 128 + the signal.
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool is_readable(int fd, int timeout_ms) {
  pollfd ready{fd, POLLIN, 0};
  return poll(&ready, 1, timeout_ms) == 1;
}

TEST(Shutdown, IsNotRequestedAtFirst) {
  EXPECT_EQ(in_child([] {
              const Shutdown shutdown;
              return shutdown.requested() || is_readable(shutdown.fd(), 0) ? 1 : 0;
            }),
            0);
}

TEST(Shutdown, RequestRaisesFlagAndDescriptorAndStaysRaised) {
  EXPECT_EQ(in_child([] {
              Shutdown shutdown;
              shutdown.request();
              shutdown.request();
              return shutdown.requested() && is_readable(shutdown.fd(), 0) && is_readable(shutdown.fd(), 0) ? 0 : 1;
            }),
            0);
}

TEST(Shutdown, SigtermAndSigintAreRequests) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EQ(in_child([signal] {
                const Shutdown shutdown;
                kill(getpid(), signal);
                return is_readable(shutdown.fd(), 30000) && shutdown.requested() ? 0 : 1;
              }),
              0);
  }
}

TEST(Shutdown, SecondSignalEndsTheProcessWithOne) {
  EXPECT_EQ(in_child([] {
              const Shutdown shutdown(std::chrono::milliseconds(0));
              kill(getpid(), SIGTERM);
              if (!is_readable(shutdown.fd(), 30000)) return 2;
              kill(getpid(), SIGTERM);
              pause();
              return 3;
            }),
            1);
}

TEST(Shutdown, EchoOfTheFirstSignalIsTheSameRequest) {
  EXPECT_EQ(in_child([] {
              {
                const Shutdown shutdown(std::chrono::hours(1));
                kill(getpid(), SIGTERM);
                if (!is_readable(shutdown.fd(), 30000)) return 2;
                kill(getpid(), SIGTERM);
                // The echo is taken off the queue of signals without an effect.
                sigset_t pending;
                const auto is_taken = [&] { return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 0; };
                if (!testing::eventually(is_taken)) return 3;
              }
              return 0;
            }),
            0);
}

TEST(Shutdown, SignalsAreTakenWhicheverThreadRuns) {
  EXPECT_EQ(in_child([] {
              const Shutdown shutdown;
              std::thread other([&] { kill(getpid(), SIGINT); });
              other.join();
              return is_readable(shutdown.fd(), 30000) ? 0 : 1;
            }),
            0);
}

TEST(Shutdown, BrokenPipeIsAnErrorAndNotADeath) {
  EXPECT_EQ(in_child([] {
              const Shutdown shutdown;
              int ends[2];
              if (pipe(ends) != 0) return 2;
              close(ends[0]);
              return write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 1;
            }),
            0);
}

TEST(Shutdown, SignalAfterDestructionDoesNotKill) {
  EXPECT_EQ(in_child([] {
              { const Shutdown shutdown; }
              kill(getpid(), SIGTERM);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pktferry::service
