// A program that a test runs and watches: spawned, signalled, awaited, its output kept in memory.
#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/eventually.hpp"

extern char** environ;

namespace pktferry::testing {

using Arguments = std::vector<std::string>;

// How a process ended: its exit code, or the signal that killed it.
struct Exit {
  std::optional<int> code;
  std::optional<int> signal;
};

// Thread rights: one thread, and it must outlive the process: the kernel kills the process with that thread, so that a
// test which is killed leaves nothing behind.
class Process {
 public:
  // `command`: the program, found by PATH where it has no slash, and its arguments.
  explicit Process(const Arguments& command) : output_(memory_file("stdout")), errors_(memory_file("stderr")) {
    Arguments words{"setpriv", "--pdeathsig", "KILL", "--"};
    words.insert(words.end(), command.begin(), command.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output_, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors_, STDERR_FILENO);
    const int error = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), words[0]);
  }
  ~Process() {
    if (!exit_) {
      kill(SIGKILL);
      wait_for(std::chrono::seconds(30));
    }
    close(output_);
    close(errors_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void kill(int signal) const { ::kill(pid_, signal); }
  bool is_running() {
    poll_exit();
    return !exit_;
  }

  // Nothing where it still runs when the patience is over.
  std::optional<Exit> wait_for(std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    (void)eventually([this] { return !is_running(); }, patience);
    return exit_;
  }
  // SIGTERM, then as wait_for.
  std::optional<Exit> stop(std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    kill(SIGTERM);
    return wait_for(patience);
  }

  // Everything written so far.
  std::string output() const { return content(output_); }
  std::string errors() const { return content(errors_); }

 private:
  static int memory_file(const char* name) {
    const int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0) throw std::system_error(errno, std::generic_category(), name);
    return fd;
  }
  static std::string content(int fd) {
    std::string text(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)), '\0');
    const ssize_t got = pread(fd, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  void poll_exit() {
    int status = 0;
    if (exit_ || waitpid(pid_, &status, WNOHANG) != pid_) return;
    exit_.emplace();
    if (WIFEXITED(status)) exit_->code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) exit_->signal = WTERMSIG(status);
  }

  int output_;
  int errors_;
  pid_t pid_ = -1;
  std::optional<Exit> exit_;
};

// What a program that should end by itself left behind.
struct Finished {
  int code;  // -1: killed by a signal, or still running after a minute
  std::string output;
  std::string errors;
};

inline Finished run(const Arguments& command) {
  Process process(command);
  const std::optional<Exit> exit = process.wait_for();
  return {exit ? exit->code.value_or(-1) : -1, process.output(), process.errors()};
}

}  // namespace pktferry::testing
