#include "capture-svc/source/file_source.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include "capture-svc/source/pcap_handle.hpp"

namespace pktferry::capture {
namespace {

constexpr int kWaitMs = 200;                     // between two on_wait()
constexpr std::size_t kBufferSize = 256u << 10;  // bytes read at once

// The bytes of the file. Stands between libpcap and read(2), because libpcap itself would sit in a pipe that stalls
// and see neither the request to stop nor the records that wait to be published.
class ByteStream {
 public:
  ByteStream(int fd, int stop_fd) : fd_(fd), stop_fd_(stop_fd) {}
  ~ByteStream() { close(fd_); }
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  void set_handler(PacketHandler* handler) { handler_ = handler; }
  bool is_stopped() const { return stopped_; }

  // As read(2); 0 also where a stop is requested.
  ssize_t read(char* out, std::size_t size) {
    while (!is_ready(0)) {
      if (handler_ != nullptr) handler_->on_wait();
      if (is_ready(kWaitMs)) break;
    }
    if (stopped_) return 0;
    const ssize_t got = ::read(fd_, out, size);
    return got < 0 && (errno == EINTR || errno == EAGAIN) ? read(out, size) : got;
  }

 private:
  bool is_ready(int timeout_ms) {
    std::array<pollfd, 2> ready{pollfd{fd_, POLLIN, 0}, pollfd{stop_fd_, POLLIN, 0}};
    if (poll(ready.data(), ready.size(), timeout_ms) <= 0) return false;
    if (ready[1].revents != 0) stopped_ = true;
    return true;
  }

  const int fd_;
  const int stop_fd_;
  PacketHandler* handler_ = nullptr;
  bool stopped_ = false;
};

class FileSource : public PacketSource {
 public:
  explicit FileSource(const FileOptions& options)
      : name_(options.path == "-" ? "-" : std::filesystem::path(options.path).filename().string()),
        what_("--read " + options.path),
        stream_(open_stream(options), options.stop_fd) {
    std::FILE* file = fopencookie(&stream_, "r", {read_stream, nullptr, nullptr, nullptr});
    if (file == nullptr) throw SourceError(what_ + ": " + std::strerror(errno));
    std::setvbuf(file, nullptr, _IOFBF, kBufferSize);
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    handle_.reset(pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason.data()));
    if (!handle_) {
      std::fclose(file);
      throw SourceError(what_ + ": not a pcap or pcapng file that can be read (" + reason.data() + ")");
    }
    set_filter(handle_.get(), options.filter);
  }

  Status poll(int max_packets, PacketHandler& handler) override {
    if (!error_.empty()) return Status::kFailed;
    stream_.set_handler(&handler);
    const Dispatched dispatched = dispatch(handle_.get(), max_packets, handler);
    stream_.set_handler(nullptr);
    if (dispatched.failed && !stream_.is_stopped()) error_ = what_ + ": " + explain(pcap_geterr(handle_.get()));
    if (dispatched.any_packet) return Status::kPackets;
    return error_.empty() ? Status::kEnd : Status::kFailed;
  }
  int wait_fd() const override { return -1; }
  const std::string& error() const override { return error_; }
  std::optional<KernelCounters> kernel_counters() override { return std::nullopt; }
  const std::string& interface_name() const override { return name_; }
  bool is_live() const override { return false; }

 private:
  // A named pipe is opened without waiting for its writer, which read() then does.
  static int open_stream(const FileOptions& options) {
    if (options.path == "-" && isatty(STDIN_FILENO) != 0) {
      throw SourceError("--read -: standard input is a terminal; give a capture through a pipe");
    }
    const int fd = options.path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                       : open(options.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) throw SourceError("--read " + options.path + ": " + std::strerror(errno));
    return fd;
  }
  static std::string explain(const std::string& reason) {
    const bool is_mixed = reason.find("different from the") != std::string::npos;
    return is_mixed ? reason + "; libpcap reads one kind a file: try editcap -F pcap" : reason;
  }
  static ssize_t read_stream(void* stream, char* out, std::size_t size) noexcept {
    return static_cast<ByteStream*>(stream)->read(out, size);
  }

  const std::string name_;
  const std::string what_;
  std::string error_;
  ByteStream stream_;
  PcapHandle handle_;  // reads from stream_ until it is closed
};

}  // namespace

std::unique_ptr<PacketSource> open_file_source(const FileOptions& options) {
  return std::make_unique<FileSource>(options);
}

}  // namespace pktferry::capture
