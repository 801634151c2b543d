// Messages to stdout or to a file, one a line.
//
// A message is delivered once its whole line was written; it is not synced to the disk. Where a write fails (no space,
// say) the rest of the buffer is kept and tried again, so that lines are never torn and nothing is lost. Runs in the
// publish loop's thread and never waits longer than poll() may: a reader that stands still holds the records back.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "publisher-svc/sink/message_sink.hpp"

namespace pktferry::publisher {

// Thread rights: one thread.
class FileSink final : public MessageSink {
 public:
  // To stdout, which stays open.
  FileSink();
  // Appends to `path`, created with mode 0640 where it is absent. Throws SinkError.
  explicit FileSink(const std::filesystem::path& path);
  // To `fd`, which stays the caller's.
  FileSink(int fd, std::string destination);
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  SendStatus send(const Message& message) override;
  ring::FailReason last_refusal() const override { return {}; }  // nothing is ever refused
  void poll(std::chrono::milliseconds timeout, const ReportHandler& handler) override;
  void purge() override;
  bool needs_recovery() const override { return false; }
  bool is_closed() const override { return is_closed_; }
  std::optional<std::string> trouble() const override { return trouble_; }
  const std::string& destination() const override { return destination_; }

 private:
  struct Line {
    void* token;
    std::size_t end;  // offset in buffer_ behind the line
  };

  bool wait_writable(std::chrono::milliseconds timeout) const;
  void write_buffer(std::chrono::milliseconds timeout);
  void report_written(const ReportHandler& handler);

  const int fd_;
  const bool owns_fd_;
  const bool may_block_;  // a pipe or a terminal: at most PIPE_BUF bytes are sure to fit
  const std::string destination_;
  std::string buffer_;
  std::size_t written_ = 0;  // bytes of buffer_ that are through
  std::deque<Line> lines_;   // of buffer_, not reported yet
  std::vector<void*> purged_;
  std::optional<std::string> trouble_;
  bool is_closed_ = false;
};

}  // namespace pktferry::publisher
