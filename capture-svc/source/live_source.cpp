#include "capture-svc/source/live_source.hpp"

#include <array>
#include <memory>
#include <utility>

#include <net/if.h>

#include "capture-svc/source/pcap_handle.hpp"

namespace pktferry::capture {
namespace {

// How long a packet may wait in a block that is not full: half of it is the usual latency. It also is what a pause of
// ours (a throttled cgroup, a busy machine) may last: libpcap's blocks have 256 KiB, and each takes packets for no
// longer than this, however few they are. At 5 ms the 128 blocks of the default buffer bridge 640 ms; at 1 ms they
// would bridge 128 ms and lose what comes after. Immediate mode costs five times the CPU of a packet.
constexpr int kBlockTimeoutMs = 5;

std::string existing_interfaces() {
  std::string names;
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> all(if_nameindex(), if_freenameindex);
  for (const struct if_nameindex* one = all.get(); one != nullptr && one->if_name != nullptr; ++one) {
    names += std::string(one->if_name) + ", ";
  }
  return names + "any";
}

[[noreturn]] void throw_activation_error(pcap_t* handle, int result, const std::string& interface) {
  const std::string what = "--interface " + interface + ": ";
  switch (result) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      throw SourceError(what + "there is no such interface; there are " + existing_interfaces());
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      throw SourceError(what + "not permitted to capture; run as root or with the capability CAP_NET_RAW");
    case PCAP_ERROR_IFACE_NOT_UP: throw SourceError(what + "the interface is down; ip link set " + interface + " up");
    default: {
      const std::string detail = pcap_geterr(handle);
      throw SourceError(what + pcap_statustostr(result) + (detail.empty() ? "" : " (" + detail + ")"));
    }
  }
}

// A 32-bit counter of libpcap that wraps, as a 64-bit total. Must see it more often than it can wrap.
class WideCounter {
 public:
  std::uint64_t update(std::uint32_t now) {
    total_ += static_cast<std::uint32_t>(now - last_);
    last_ = now;
    return total_;
  }

 private:
  std::uint32_t last_ = 0;
  std::uint64_t total_ = 0;
};

class LiveSource : public PacketSource {
 public:
  explicit LiveSource(const LiveOptions& options) : name_(options.interface) {
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    handle_.reset(pcap_create(name_.c_str(), reason.data()));
    if (!handle_) throw SourceError("--interface " + name_ + ": " + reason.data());
    pcap_set_snaplen(handle_.get(), static_cast<int>(options.snaplen));
    pcap_set_promisc(handle_.get(), options.promiscuous ? 1 : 0);
    pcap_set_timeout(handle_.get(), kBlockTimeoutMs);
    pcap_set_buffer_size(handle_.get(), static_cast<int>(options.buffer_mib << 20));
    // Microseconds where the device has no more: dispatch() asks.
    pcap_set_tstamp_precision(handle_.get(), PCAP_TSTAMP_PRECISION_NANO);
    const int result = pcap_activate(handle_.get());
    if (result < 0) throw_activation_error(handle_.get(), result, name_);
    set_filter(handle_.get(), options.filter);
    if (pcap_setnonblock(handle_.get(), 1, reason.data()) != 0) {
      throw SourceError("--interface " + name_ + ": " + reason.data());
    }
    // A device that has no descriptor (none of the kernel's network interfaces) is asked whenever the loop comes round.
    wait_fd_ = pcap_get_selectable_fd(handle_.get());
  }

  Status poll(int max_packets, PacketHandler& handler) override {
    if (!error_.empty()) return Status::kFailed;
    const Dispatched dispatched = dispatch(handle_.get(), max_packets, handler);
    if (dispatched.failed) error_ = "--interface " + name_ + ": " + pcap_geterr(handle_.get());
    if (dispatched.any_packet) return Status::kPackets;
    return error_.empty() ? Status::kIdle : Status::kFailed;
  }
  int wait_fd() const override { return wait_fd_; }
  const std::string& error() const override { return error_; }
  std::optional<KernelCounters> kernel_counters() override {
    pcap_stat now{};
    if (pcap_stats(handle_.get(), &now) != 0) return std::nullopt;
    return KernelCounters{received_.update(now.ps_recv), dropped_.update(now.ps_drop)};
  }
  const std::string& interface_name() const override { return name_; }
  bool is_live() const override { return true; }

 private:
  const std::string name_;
  std::string error_;
  PcapHandle handle_;
  int wait_fd_ = -1;
  WideCounter received_;
  WideCounter dropped_;
};

}  // namespace

std::unique_ptr<PacketSource> open_live_source(const LiveOptions& options) {
  return std::make_unique<LiveSource>(options);
}

}  // namespace pktferry::capture
