// The terminal that capture was started from, where there is one: q or Enter stops.
//
// Runs on the main thread.
#pragma once

#include <termios.h>

namespace pktferry::capture {

// Takes single keys, unechoed, until destruction, which gives the terminal back as it was. Does nothing where standard
// input is no terminal or where the process is in the background: reading there would stop it.
class Terminal {
 public:
  // `wanted` false: standard input is used for something else.
  explicit Terminal(bool wanted);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // For poll(2): readable when a key was pressed. -1 where there is no terminal.
  int fd() const;
  // Whether q or Enter was pressed since the last call. Never waits.
  bool stop_pressed();

 private:
  bool active_ = false;
  termios before_{};
};

}  // namespace pktferry::capture
