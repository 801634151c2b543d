#include "shared/service/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace pktferry::service {

void reserve_standard_streams() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest free descriptor is the one that open() gives: this one.
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd) return;
  }
}

}  // namespace pktferry::service
