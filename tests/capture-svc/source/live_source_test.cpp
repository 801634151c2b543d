// Runs as root: each test has a network of its own.
#include "capture-svc/source/live_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shared/service/settings.hpp"
#include "tests/capture-svc/source/collector.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/network_namespace.hpp"

namespace pktferry::capture {
namespace {

using testing::Collector;
using testing::eventually;
using Status = PacketSource::Status;

LiveOptions on(const std::string& interface, const std::string& filter = "") {
  LiveOptions options;
  options.interface = interface;
  options.filter = filter;
  return options;
}

std::string frame(std::uint8_t number, std::size_t size = 60) {
  std::string bytes(size, static_cast<char>(number));
  return bytes.replace(0, 14, std::string("\x02\x02\x02\x02\x02\x02\x04\x04\x04\x04\x04\x04\x88\xb5", 14));
}

// Sends frames as they are on `sender`.
class Sender {
 public:
  Sender() : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
    to_.sll_family = AF_PACKET;
    to_.sll_ifindex = static_cast<int>(if_nametoindex("sender"));
    to_.sll_halen = ETH_ALEN;
  }
  ~Sender() { close(fd_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void send(const std::string& bytes) {
    const auto* to = static_cast<const sockaddr*>(static_cast<const void*>(&to_));
    ASSERT_EQ(sendto(fd_, bytes.data(), bytes.size(), 0, to, sizeof to_), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
  sockaddr_ll to_{};
};

// Polls until that many packets are there, waiting as the loop does.
void collect(PacketSource& source, Collector& collector, std::size_t packets) {
  EXPECT_TRUE(eventually([&] {
    while (source.poll(64, collector) == Status::kPackets) {
    }
    pollfd ready{source.wait_fd(), POLLIN, 0};
    poll(&ready, 1, 50);
    return collector.packets.size() >= packets;
  })) << collector.packets.size();
}

// For the calling thread alone.
void give_up_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2]{};
  if (syscall(SYS_capset, &header, none) != 0) throw std::system_error(errno, std::generic_category(), "capset");
}

std::string opening_error(const LiveOptions& options) {
  try {
    (void)open_live_source(options);
  } catch (const SourceError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "opened " << options.interface;
  return "";
}

class LiveSourceTest : public ::testing::Test {
 protected:
  testing::NetworkNamespace network;
};

TEST_F(LiveSourceTest, IsIdleWithoutTraffic) {
  network.run([] {
    const auto source = open_live_source(on("wire"));
    Collector collector;
    EXPECT_EQ(source->poll(64, collector), Status::kIdle);
    EXPECT_GE(source->wait_fd(), 0);
    EXPECT_TRUE(source->is_live());
    EXPECT_EQ(source->interface_name(), "wire");
    const auto counters = source->kernel_counters();
    ASSERT_TRUE(counters);
    EXPECT_EQ(counters->received, 0u);
    EXPECT_EQ(counters->dropped, 0u);
  });
}

TEST_F(LiveSourceTest, EveryPacketArrivesInOrderAndTheKernelsCountersSaySo) {
  network.run([] {
    const auto source = open_live_source(on("wire"));
    Sender sender;
    Collector collector;
    for (std::uint8_t i = 0; i < 200; ++i) {
      sender.send(frame(i));
      source->poll(64, collector);
    }
    collect(*source, collector, 200);
    ASSERT_EQ(collector.packets.size(), 200u);
    for (std::uint8_t i = 0; i < 200; ++i) {
      EXPECT_EQ(collector.packets[i].bytes, frame(i));
      EXPECT_EQ(collector.packets[i].wire_length, 60u);
      EXPECT_EQ(collector.packets[i].link_type, decode::LinkType::kEthernet);
      EXPECT_GT(collector.packets[i].timestamp_ns, 1'700'000'000'000'000'000u);
    }
    const auto counters = source->kernel_counters();
    ASSERT_TRUE(counters);
    EXPECT_EQ(counters->received, 200u);
    EXPECT_EQ(counters->dropped, 0u);
  });
}

TEST_F(LiveSourceTest, SnaplenCutsTheBytesAndNotTheLength) {
  network.run([] {
    LiveOptions options = on("wire");
    options.snaplen = 64;
    const auto source = open_live_source(options);
    Sender().send(frame(1, 1000));
    Collector collector;
    collect(*source, collector, 1);
    ASSERT_EQ(collector.packets.size(), 1u);
    EXPECT_EQ(collector.packets[0].bytes.size(), 64u);
    EXPECT_EQ(collector.packets[0].wire_length, 1000u);
  });
}

TEST_F(LiveSourceTest, TimesAreNanoseconds) {
  network.run([] {
    const auto source = open_live_source(on("wire"));
    Sender sender;
    for (std::uint8_t i = 0; i < 20; ++i) sender.send(frame(i));
    Collector collector;
    collect(*source, collector, 20);
    EXPECT_TRUE(std::any_of(collector.packets.begin(), collector.packets.end(),
                            [](const auto& packet) { return packet.timestamp_ns % 1000 != 0; }));
  });
}

TEST_F(LiveSourceTest, FilterLeavesOutWhatDoesNotMatchAndTheCountersDoToo) {
  network.run([] {
    const auto source = open_live_source(on("wire", "greater 100"));
    Sender sender;
    sender.send(frame(1));
    sender.send(frame(2, 200));
    Collector collector;
    collect(*source, collector, 1);
    ASSERT_EQ(collector.packets.size(), 1u);
    EXPECT_EQ(collector.packets[0].bytes, frame(2, 200));
    EXPECT_EQ(source->kernel_counters()->received, 1u);
  });
}

TEST_F(LiveSourceTest, WhatTheKernelHasNoRoomForIsCountedAsReceivedAndDropped) {
  network.run([] {
    LiveOptions options = on("wire");
    options.buffer_mib = 1;
    const auto source = open_live_source(options);
    constexpr std::size_t kSent = 4000;
    Sender sender;
    for (std::size_t i = 0; i < kSent; ++i) sender.send(frame(1, 1400));
    Collector collector;
    ASSERT_TRUE(eventually([&] { return source->kernel_counters()->received == kSent; }));
    const std::uint64_t dropped = source->kernel_counters()->dropped;
    EXPECT_GT(dropped, 0u);
    collect(*source, collector, kSent - dropped);
    EXPECT_EQ(collector.packets.size() + dropped, kSent);
  });
}

TEST_F(LiveSourceTest, AnyListensOnAllInterfaces) {
  network.run([] {
    const auto source = open_live_source(on("any"));
    Sender().send(frame(7));
    Collector collector;
    collect(*source, collector, 2);
    EXPECT_EQ(collector.packets.size(), 2u) << "once as it leaves, once as it arrives";
    EXPECT_TRUE(collector.packets[0].link_type == decode::LinkType::kLinuxCooked ||
                collector.packets[0].link_type == decode::LinkType::kLinuxCooked2);
  });
}

TEST_F(LiveSourceTest, BadFilterIsASettingsErrorThatQuotesIt) {
  network.run([] {
    try {
      (void)open_live_source(on("wire", "tcp prot 80"));
      ADD_FAILURE();
    } catch (const service::SettingsError& error) {
      EXPECT_NE(std::string(error.what()).find("'tcp prot 80'"), std::string::npos) << error.what();
    }
  });
}

TEST_F(LiveSourceTest, UnknownInterfaceIsRefusedWithTheOnesThereAre) {
  network.run([] {
    const std::string error = opening_error(on("nosuch0"));
    for (const char* name : {"nosuch0", "sender", "wire", "lo", "any"}) {
      EXPECT_NE(error.find(name), std::string::npos) << error;
    }
  });
}

TEST_F(LiveSourceTest, NameThatNoInterfaceCanHaveIsRefused) {
  network.run([] {
    EXPECT_NE(opening_error(on(std::string(300, 'x'))), "");
    EXPECT_NE(opening_error(on("../wire")), "");
  });
}

TEST_F(LiveSourceTest, InterfaceThatIsDownIsRefusedWithTheRemedy) {
  ASSERT_EQ(testing::run(network.inside({"ip", "link", "set", "wire", "down"})).code, 0);
  network.run([] {
    const std::string error = opening_error(on("wire"));
    EXPECT_NE(error.find("ip link set wire up"), std::string::npos) << error;
  });
}

TEST_F(LiveSourceTest, WithoutPermissionTheErrorNamesTheCapability) {
  network.run([] {
    give_up_capabilities();
    const std::string error = opening_error(on("wire"));
    EXPECT_NE(error.find("CAP_NET_RAW"), std::string::npos) << error;
  });
}

TEST_F(LiveSourceTest, InterfaceThatGoesAwayFailsTheSourceForGood) {
  network.run([this] {
    const auto source = open_live_source(on("wire"));
    ASSERT_EQ(testing::run(network.inside({"ip", "link", "delete", "wire"})).code, 0);
    Collector collector;
    ASSERT_TRUE(eventually([&] { return source->poll(64, collector) == Status::kFailed; }));
    EXPECT_NE(source->error().find("wire: "), std::string::npos) << source->error();
    EXPECT_EQ(source->poll(64, collector), Status::kFailed);
  });
}

TEST_F(LiveSourceTest, InterfaceThatGoesDownAndUpAgainGoesOn) {
  network.run([this] {
    const auto source = open_live_source(on("wire"));
    ASSERT_EQ(testing::run(network.inside({"ip", "link", "set", "wire", "down"})).code, 0);
    Collector collector;
    EXPECT_NE(source->poll(64, collector), Status::kFailed) << source->error();
    ASSERT_EQ(testing::run(network.inside({"ip", "link", "set", "wire", "up"})).code, 0);
    Sender sender;
    EXPECT_TRUE(eventually([&] {
      sender.send(frame(3));
      EXPECT_NE(source->poll(64, collector), Status::kFailed) << source->error();
      return !collector.packets.empty() || source->error() != "";
    }));
    EXPECT_EQ(source->error(), "");
  });
}

}  // namespace
}  // namespace pktferry::capture
