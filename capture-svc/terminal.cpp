#include "capture-svc/terminal.hpp"

#include <array>

#include <poll.h>
#include <unistd.h>

namespace pktferry::capture {
namespace {

bool in_foreground() {
  return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

}  // namespace

Terminal::Terminal(bool wanted) {
  if (!wanted || isatty(STDIN_FILENO) == 0 || !in_foreground() || tcgetattr(STDIN_FILENO, &before_) != 0) return;
  termios keys = before_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  active_ = tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
}

Terminal::~Terminal() {
  if (active_ && in_foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

int Terminal::fd() const {
  return active_ && in_foreground() ? STDIN_FILENO : -1;
}

bool Terminal::stop_pressed() {
  pollfd ready{fd(), POLLIN, 0};
  if (ready.fd < 0 || poll(&ready, 1, 0) != 1) return false;
  std::array<char, 64> keys{};
  const ssize_t got = read(STDIN_FILENO, keys.data(), keys.size());
  if (got <= 0) active_ = false;  // the terminal is gone
  for (ssize_t i = 0; i < got; ++i) {
    const char key = keys[static_cast<std::size_t>(i)];
    if (key == 'q' || key == 'Q' || key == '\n' || key == '\r') return true;
  }
  return false;
}

}  // namespace pktferry::capture
