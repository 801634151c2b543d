#include "capture-svc/source/file_source.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/service/settings.hpp"
#include "tests/capture-svc/source/capture_file.hpp"
#include "tests/capture-svc/source/collector.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::capture {
namespace {

using testing::add_pcap_packet;
using testing::add_pcapng_interface;
using testing::add_pcapng_packet;
using testing::ByteOrder;
using testing::Collector;
using testing::drain;
using testing::FileBytes;
using testing::pcap_header;
using testing::pcapng_header;
using Status = PacketSource::Status;

const std::string kFrame = "\x02\x02\x02\x02\x02\x02\x04\x04\x04\x04\x04\x04\x88\xb5 a frame";

class FileSourceTest : public ::testing::Test {
 protected:
  std::string write(const std::string& bytes) const {
    const std::string path = directory / "input.pcap";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  // Reads all of a file that ends well.
  Collector read_all(const std::string& bytes) const {
    Collector collector;
    const auto source = open_file_source({write(bytes), "", -1});
    EXPECT_EQ(drain(*source, collector), Status::kEnd) << source->error();
    EXPECT_EQ(source->error(), "");
    return collector;
  }
  std::string opening_error(const FileOptions& options) const {
    try {
      (void)open_file_source(options);
    } catch (const SourceError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "opened " << options.path;
    return "";
  }

  testing::TempDir directory;
};

TEST_F(FileSourceTest, FileWithoutPacketsEndsAtOnce) {
  EXPECT_TRUE(read_all(pcap_header().bytes()).packets.empty());
}

TEST_F(FileSourceTest, ReadsBothPrecisionsInBothByteOrders) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const std::uint32_t magic : {testing::kMicrosecondMagic, testing::kNanosecondMagic}) {
      FileBytes file = pcap_header(order, magic);
      add_pcap_packet(file, 1661859047, 292967, kFrame, 1500);
      const Collector collector = read_all(file.bytes());
      ASSERT_EQ(collector.packets.size(), 1u);
      EXPECT_EQ(collector.packets[0].bytes, kFrame);
      EXPECT_EQ(collector.packets[0].wire_length, 1500u);
      EXPECT_EQ(collector.packets[0].link_type, decode::LinkType::kEthernet);
      EXPECT_EQ(collector.packets[0].timestamp_ns,
                magic == testing::kMicrosecondMagic ? 1661859047292967000u : 1661859047000292967u);
    }
  }
}

TEST_F(FileSourceTest, ReadsPcapngInBothByteOrdersAndPrecisions) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const bool nanoseconds : {false, true}) {
      FileBytes file = pcapng_header(order);
      add_pcapng_interface(file, 1, nanoseconds);
      add_pcapng_packet(file, 0, nanoseconds ? 1661859047292967123u : 1661859047292967u, kFrame, 99);
      const Collector collector = read_all(file.bytes());
      ASSERT_EQ(collector.packets.size(), 1u);
      EXPECT_EQ(collector.packets[0].bytes, kFrame);
      EXPECT_EQ(collector.packets[0].wire_length, 99u);
      EXPECT_EQ(collector.packets[0].timestamp_ns, nanoseconds ? 1661859047292967123u : 1661859047292967000u);
    }
  }
}

TEST_F(FileSourceTest, HandsOverManyInOrderAndNoMoreThanAskedFor) {
  FileBytes file = pcap_header();
  for (std::uint32_t i = 0; i < 100; ++i) add_pcap_packet(file, i, 0, kFrame, 20);
  const auto source = open_file_source({write(file.bytes()), "", -1});
  Collector collector;
  EXPECT_EQ(source->poll(7, collector), Status::kPackets);
  EXPECT_EQ(collector.packets.size(), 7u);
  collector.stop_after = 10;
  EXPECT_EQ(source->poll(100, collector), Status::kPackets);
  EXPECT_EQ(collector.packets.size(), 10u);
  collector.stop_after = SIZE_MAX;
  // A stop holds for the poll that it came in.
  while (collector.packets.size() < 100) {
    const std::size_t before = collector.packets.size();
    const Status status = source->poll(16, collector);
    ASSERT_TRUE(status == Status::kPackets || before == 10) << before;
  }
  EXPECT_EQ(source->poll(16, collector), Status::kEnd);
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(collector.packets[i].timestamp_ns, i * 1'000'000'000);
}

TEST_F(FileSourceTest, FilterLeavesOutWhatDoesNotMatch) {
  FileBytes file = pcap_header();
  add_pcap_packet(file, 1, 0, kFrame, 20);
  add_pcap_packet(file, 2, 0, std::string(60, '\x06'), 60);
  const auto source = open_file_source({write(file.bytes()), "ether host 06:06:06:06:06:06", -1});
  Collector collector;
  EXPECT_EQ(drain(*source, collector), Status::kEnd);
  ASSERT_EQ(collector.packets.size(), 1u);
  EXPECT_EQ(collector.packets[0].bytes.size(), 60u);
}

TEST_F(FileSourceTest, BadFilterIsASettingsErrorThatQuotesIt) {
  try {
    (void)open_file_source({write(pcap_header().bytes()), "tcp prot 80", -1});
    FAIL();
  } catch (const service::SettingsError& error) {
    EXPECT_NE(std::string(error.what()).find("--filter 'tcp prot 80': "), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("syntax error"), std::string::npos) << error.what();
  }
}

TEST_F(FileSourceTest, UnknownLinkTypeIsHandedOverWithoutOne) {
  FileBytes file = pcap_header(ByteOrder::kLittle, testing::kMicrosecondMagic, 127);
  add_pcap_packet(file, 1, 0, kFrame, 20);
  const Collector collector = read_all(file.bytes());
  ASSERT_EQ(collector.packets.size(), 1u);
  EXPECT_EQ(collector.packets[0].link_type, std::nullopt);
}

TEST_F(FileSourceTest, PcapngInterfacesOfOneLinkTypeAreReadTogether) {
  FileBytes file = pcapng_header();
  add_pcapng_interface(file, 1);
  add_pcapng_interface(file, 1);
  add_pcapng_packet(file, 1, 1, kFrame, 20);
  add_pcapng_packet(file, 0, 2, kFrame, 20);
  EXPECT_EQ(read_all(file.bytes()).packets.size(), 2u);
}

TEST_F(FileSourceTest, SecondLinkTypeInAPcapngFileFailsAfterWhatPrecedesIt) {
  FileBytes file = pcapng_header();
  add_pcapng_interface(file, 1);
  add_pcapng_packet(file, 0, 1, kFrame, 20);
  add_pcapng_interface(file, 113);
  add_pcapng_packet(file, 1, 2, kFrame, 20);
  const auto source = open_file_source({write(file.bytes()), "", -1});
  Collector collector;
  EXPECT_EQ(drain(*source, collector), Status::kFailed);
  EXPECT_EQ(collector.packets.size(), 1u);
  EXPECT_NE(source->error().find("input.pcap: "), std::string::npos) << source->error();
  EXPECT_NE(source->error().find("type"), std::string::npos) << source->error();
  EXPECT_NE(source->error().find("editcap"), std::string::npos) << source->error();
}

TEST_F(FileSourceTest, TimesThatDoNotFitAreHeldInTheRange) {
  {
    FileBytes file = pcap_header();
    add_pcap_packet(file, 0xffffffff, 999'999, kFrame, 20);
    add_pcap_packet(file, 0, 0xffffffff, kFrame, 20);
    const Collector collector = read_all(file.bytes());
    ASSERT_EQ(collector.packets.size(), 2u);
    EXPECT_EQ(collector.packets[0].timestamp_ns, 4294967295'999999000u) << "the year 2106";
    // Microseconds that are none: libpcap 1.10.5 multiplies them before it hands them on, earlier ones do not.
    EXPECT_LE(collector.packets[1].timestamp_ns, 9223372036854775807u);
  }
  FileBytes file = pcapng_header();
  add_pcapng_interface(file, 1);
  add_pcapng_packet(file, 0, std::numeric_limits<std::uint64_t>::max(), kFrame, 20);
  const Collector collector = read_all(file.bytes());
  ASSERT_EQ(collector.packets.size(), 1u);
  EXPECT_EQ(collector.packets[0].timestamp_ns, 9223372036854775807u);
}

// Cuts a file of three packets at every length: nothing but whole packets comes out, as many as there are, and the end
// is an error unless the cut is between two packets.
void expect_whole_packets_at_every_cut(const std::string& bytes, std::size_t header_size,
                                       const std::vector<std::size_t>& ends, const std::string& path) {
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, cut);
    std::unique_ptr<PacketSource> source;
    try {
      source = open_file_source({path, "", -1});
    } catch (const SourceError&) {
      EXPECT_LT(cut, header_size) << cut;
      continue;
    }
    EXPECT_GE(cut, header_size) << cut;
    Collector collector;
    const Status status = drain(*source, collector);
    std::size_t whole = 0;
    bool at_an_end = cut == header_size;
    for (const std::size_t end : ends) {
      if (end <= cut) ++whole;
      if (end == cut) at_an_end = true;
    }
    EXPECT_EQ(collector.packets.size(), whole) << cut;
    EXPECT_EQ(status, at_an_end ? Status::kEnd : Status::kFailed) << cut << ' ' << source->error();
    EXPECT_EQ(source->error().empty(), at_an_end) << cut;
    EXPECT_EQ(source->poll(16, collector), status) << "the end is the end";
  }
}

TEST_F(FileSourceTest, PcapCutOffAnywhereGivesWhatPrecedesTheCut) {
  FileBytes file = pcap_header();
  const std::size_t header_size = file.size();
  std::vector<std::size_t> ends;
  for (std::uint32_t i = 0; i < 3; ++i) {
    add_pcap_packet(file, i, 0, kFrame, 20);
    ends.push_back(file.size());
  }
  expect_whole_packets_at_every_cut(file.bytes(), header_size, ends, directory / "cut.pcap");
}

TEST_F(FileSourceTest, PcapngCutOffAnywhereGivesWhatPrecedesTheCut) {
  FileBytes file = pcapng_header();
  add_pcapng_interface(file, 1);
  const std::size_t header_size = file.size();
  std::vector<std::size_t> ends;
  for (std::uint32_t i = 0; i < 3; ++i) {
    add_pcapng_packet(file, 0, i, kFrame, 20);
    ends.push_back(file.size());
  }
  expect_whole_packets_at_every_cut(file.bytes(), header_size, ends, directory / "cut.pcapng");
}

TEST_F(FileSourceTest, PacketThatClaimsMoreThanAnyPacketHasIsAnError) {
  FileBytes file = pcap_header();
  add_pcap_packet(file, 1, 0, kFrame, 20);
  file.u32(2).u32(0).u32(0x7fffffff).u32(0x7fffffff).text(kFrame);
  const auto source = open_file_source({write(file.bytes()), "", -1});
  Collector collector;
  EXPECT_EQ(drain(*source, collector), Status::kFailed);
  EXPECT_EQ(collector.packets.size(), 1u);
}

TEST_F(FileSourceTest, WhatIsNoCaptureFileIsRefusedByName) {
  const std::string path = write("");
  EXPECT_NE(opening_error({path, "", -1}).find(path), std::string::npos);
  write("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
  EXPECT_NE(opening_error({path, "", -1}).find(path), std::string::npos);
  write(std::string(4096, '\0'));
  EXPECT_NE(opening_error({path, "", -1}).find(path), std::string::npos);
  EXPECT_NE(opening_error({directory / "absent.pcap", "", -1}).find("No such file"), std::string::npos);
  EXPECT_NE(opening_error({directory.path(), "", -1}).find("directory"), std::string::npos);
}

TEST_F(FileSourceTest, IsNamedByTheFileWithoutItsFolder) {
  const auto source = open_file_source({write(pcap_header().bytes()), "", -1});
  EXPECT_EQ(source->interface_name(), "input.pcap");
  EXPECT_FALSE(source->is_live());
  EXPECT_EQ(source->wait_fd(), -1);
  EXPECT_EQ(source->kernel_counters(), std::nullopt);
}

// A named pipe, and what a writer does to it meanwhile.
class PipeTest : public FileSourceTest {
 protected:
  PipeTest() {
    mkfifo(path.c_str(), 0600);
    stop_fd = eventfd(0, EFD_CLOEXEC);
  }
  ~PipeTest() override {
    if (writer.joinable()) writer.join();
    close(stop_fd);
  }
  void start_writer(std::function<void(int fd)> body) {
    writer = std::thread([this, body = std::move(body)] {
      const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
      body(fd);
      close(fd);
    });
  }
  static void put(int fd, const std::string& bytes) {
    ASSERT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void stop() const {
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(stop_fd, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }

  const std::string path = directory / "pipe";
  int stop_fd;
  std::thread writer;
};

TEST_F(PipeTest, IsReadToItsEnd) {
  FileBytes file = pcap_header();
  for (std::uint32_t i = 0; i < 50; ++i) add_pcap_packet(file, i, 0, kFrame, 20);
  start_writer([&](int fd) { put(fd, file.bytes()); });
  const auto source = open_file_source({path, "", stop_fd});
  Collector collector;
  EXPECT_EQ(drain(*source, collector), Status::kEnd) << source->error();
  EXPECT_EQ(collector.packets.size(), 50u);
}

TEST_F(PipeTest, TellsThatItWaitsWhereTheWriterStallsInMidPacket) {
  FileBytes file = pcap_header();
  add_pcap_packet(file, 1, 0, kFrame, 20);
  const std::size_t one = file.size();
  add_pcap_packet(file, 2, 0, kFrame, 20);
  const std::string bytes = file.bytes();
  int writer_fd = -1;
  start_writer([&](int fd) {
    writer_fd = dup(fd);
    put(fd, bytes.substr(0, one + 9));
  });
  const auto source = open_file_source({path, "", stop_fd});
  writer.join();
  Collector collector;
  collector.while_waiting = [&] {
    EXPECT_EQ(collector.packets.size(), 1u);
    if (collector.waits == 2) {
      put(writer_fd, bytes.substr(one + 9));
      close(writer_fd);
    }
  };
  EXPECT_EQ(drain(*source, collector), Status::kEnd) << source->error();
  EXPECT_EQ(collector.packets.size(), 2u);
  EXPECT_GE(collector.waits, 2);
}

TEST_F(PipeTest, StopEndsTheWaitingEvenInMidPacket) {
  FileBytes file = pcap_header();
  add_pcap_packet(file, 1, 0, kFrame, 20);
  const std::string bytes = file.bytes();
  int writer_fd = -1;
  start_writer([&](int fd) {
    writer_fd = dup(fd);
    put(fd, bytes + bytes.substr(24, 20));
  });
  const auto source = open_file_source({path, "", stop_fd});
  Collector collector;
  collector.while_waiting = [&] { stop(); };
  EXPECT_EQ(drain(*source, collector), Status::kEnd);
  EXPECT_EQ(collector.packets.size(), 1u);
  EXPECT_EQ(source->error(), "");
  writer.join();
  close(writer_fd);
}

TEST_F(PipeTest, StopEndsTheWaitingForAWriter) {
  stop();
  opening_error({path, "", stop_fd});
}

}  // namespace
}  // namespace pktferry::capture
