// A network of its own for a test: a namespace with one veth pair, "sender" and "wire", and nothing else on it.
//
// What is sent on `sender` arrives on `wire`. IPv6 is off on both, so that the kernel itself sends nothing.
#pragma once

#include <cerrno>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "tests/support/process.hpp"

namespace pktferry::testing {

class NetworkNamespace {
 public:
  NetworkNamespace() {
    in_thread([this] {
      if (unshare(CLONE_NEWNET) != 0) throw std::system_error(errno, std::generic_category(), "a network namespace");
      fd_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
      for (const char* scope : {"all", "default"}) {
        std::ofstream(std::string("/proc/sys/net/ipv6/conf/") + scope + "/disable_ipv6") << "1\n";
      }
    });
    for (const Arguments& change :
         {Arguments{"add", "sender", "type", "veth", "peer", "name", "wire"}, Arguments{"set", "sender", "up"},
          Arguments{"set", "wire", "up"}, Arguments{"set", "lo", "up"}}) {
      Arguments command = inside({"ip", "link"});
      command.insert(command.end(), change.begin(), change.end());
      const Finished finished = testing::run(command);
      if (finished.code != 0) throw std::runtime_error("ip link: " + finished.errors);
    }
  }
  ~NetworkNamespace() { close(fd_); }
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  // The command, to be run in the namespace.
  Arguments inside(const Arguments& command) const {
    Arguments words{"nsenter", "--net=/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_), "--"};
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }

  // Calls `work` in the namespace, and waits for it. The caller's thread stays outside.
  template <typename Work>
  void run(Work&& work) const {
    in_thread([&] {
      if (setns(fd_, CLONE_NEWNET) != 0) throw std::system_error(errno, std::generic_category(), "setns");
      work();
    });
  }

 private:
  template <typename Work>
  static void in_thread(Work&& work) {
    std::exception_ptr problem;
    std::thread([&] {
      try {
        work();
      } catch (...) {
        problem = std::current_exception();
      }
    }).join();
    if (problem) std::rethrow_exception(problem);
  }

  int fd_ = -1;
};

}  // namespace pktferry::testing
