#include "publisher-svc/sink/file_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <thread>
#include <utility>

namespace pktferry::publisher {
namespace {

constexpr std::size_t kBufferSize = 1u << 20;

int open_for_append(const std::filesystem::path& path) {
  // Non-blocking, or a FIFO without a reader would hang here; on a regular file it means nothing.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (fd < 0) {
    throw SinkError("--sink file:" + path.string() + ": " + std::generic_category().message(errno) +
                    "; name a file that can be written, in a folder that exists");
  }
  return fd;
}

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

FileSink::FileSink() : FileSink(STDOUT_FILENO, "stdout") {}

FileSink::FileSink(const std::filesystem::path& path)
    : fd_(open_for_append(path)),
      owns_fd_(true),
      may_block_(!is_regular(fd_)),
      destination_("file:" + std::filesystem::absolute(path).lexically_normal().string()) {}

FileSink::FileSink(int fd, std::string destination)
    : fd_(fd), owns_fd_(false), may_block_(!is_regular(fd)), destination_(std::move(destination)) {}

FileSink::~FileSink() {
  if (owns_fd_) ::close(fd_);
}

MessageSink::SendStatus FileSink::send(const Message& message) {
  if (is_closed_ || buffer_.size() >= kBufferSize) return SendStatus::kFull;
  buffer_.append(message.payload);
  buffer_.push_back('\n');
  lines_.push_back({message.token, buffer_.size()});
  return SendStatus::kAccepted;
}

void FileSink::poll(std::chrono::milliseconds timeout, const ReportHandler& handler) {
  for (void* token : std::exchange(purged_, {})) {
    handler({token, Report::Outcome::kHeld, {}, "given up to be sent again"});
  }
  if (written_ == buffer_.size()) {
    std::this_thread::sleep_for(timeout);
  } else {
    write_buffer(timeout);
    report_written(handler);
  }
}

bool FileSink::wait_writable(std::chrono::milliseconds timeout) const {
  pollfd request{fd_, POLLOUT, 0};
  return ::poll(&request, 1, static_cast<int>(timeout.count())) > 0;
}

void FileSink::write_buffer(std::chrono::milliseconds timeout) {
  while (!is_closed_ && written_ < buffer_.size()) {
    std::size_t size = buffer_.size() - written_;
    if (may_block_) {
      if (!wait_writable(std::exchange(timeout, std::chrono::milliseconds(0)))) return;
      size = std::min<std::size_t>(size, PIPE_BUF);
    }
    const ssize_t count = ::write(fd_, buffer_.data() + written_, size);
    if (count >= 0) {
      written_ += static_cast<std::size_t>(count);
      trouble_.reset();
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      is_closed_ = errno == EPIPE;
      trouble_ = "cannot write to " + destination_ + ": " + std::generic_category().message(errno);
      if (!is_closed_) std::this_thread::sleep_for(timeout);
      return;
    }
  }
}

void FileSink::report_written(const ReportHandler& handler) {
  while (!lines_.empty() && lines_.front().end <= written_) {
    void* token = lines_.front().token;
    lines_.pop_front();
    handler({token, Report::Outcome::kDelivered, {}, {}});
  }
  if (written_ == buffer_.size()) {
    buffer_.clear();
    written_ = 0;
  }
}

void FileSink::purge() {
  for (const Line& line : lines_) purged_.push_back(line.token);
  // A line that has begun must end, though it will come again.
  const bool is_torn = written_ > 0 && buffer_[written_ - 1] != '\n';
  buffer_.resize(is_torn && !lines_.empty() ? lines_.front().end : written_);
  lines_.clear();
}

}  // namespace pktferry::publisher
