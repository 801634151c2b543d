#include "shared/service/standard_streams.hpp"

#include <cerrno>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pktferry::service {
namespace {

TEST(StandardStreams, AClosedOneIsNeverTakenByAFileAndCannotBeWrittenTo) {
  const pid_t child = fork();
  if (child == 0) {
    close(STDOUT_FILENO);
    reserve_standard_streams();
    const int next = open("/dev/null", O_WRONLY);
    _exit(next > STDERR_FILENO && write(STDOUT_FILENO, "x", 1) == -1 && errno == EBADF ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace pktferry::service
