// The program itself: how it is stopped, what it prints, how it exits. Its inputs' faults are in tests/e2e.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/record/record.hpp"
#include "shared/ring/ledger.hpp"
#include "shared/ring/ring_directory.hpp"
#include "tests/capture-svc/source/capture_file.hpp"
#include "tests/support/json.hpp"
#include "tests/support/network_namespace.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::testing {
namespace {

const std::string kFrame = std::string("\x02\x02\x02\x02\x02\x02\x04\x04\x04\x04\x04\x04\x88\xb5", 14) + " a frame";

class CaptureSvc : public ::testing::Test {
 protected:
  CaptureSvc() {
    FileBytes file = pcap_header();
    for (std::uint32_t i = 0; i < 10; ++i) add_pcap_packet(file, i, 0, kFrame, 60);
    bytes = file.bytes();
    std::ofstream(path, std::ios::binary) << bytes;
  }

  Arguments command(const Arguments& options) const {
    Arguments words{PKTFERRY_CAPTURE_SVC, "--ring", ring.string(), "--listen", "none", "--lane-mib", "1"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }
  bool is_capturing() const {
    try {
      return ring::read_ledger(ring).capturing;
    } catch (const ring::RingError&) {
      return false;
    }
  }

  TempDir directory{"/dev/shm"};
  const std::filesystem::path ring = directory / "ring";
  const std::string path = directory / "input.pcap";
  std::string bytes;
};

TEST_F(CaptureSvc, ReadsAFileAndExitsWithZero) {
  const Finished finished = run(command({"-r", path}));
  EXPECT_EQ(finished.code, 0) << finished.errors;
  const ring::Ledger ledger = ring::read_ledger(ring);
  EXPECT_EQ(ledger.written, 10u);
  EXPECT_EQ(ledger.runs, 1u);
  EXPECT_EQ(ledger.unclean_runs, 0u);
  EXPECT_FALSE(ledger.capturing);
}

TEST_F(CaptureSvc, CheckOpensNothing) {
  const Finished finished = run(command({"-r", "/nonexistent/file", "--check"}));
  EXPECT_EQ(finished.code, 0) << finished.errors;
  EXPECT_FALSE(std::filesystem::exists(ring));
}

TEST_F(CaptureSvc, SourceThatCannotBeOpenedLeavesNoRing) {
  EXPECT_EQ(run(command({"-r", "/nonexistent/file"})).code, 1);
  EXPECT_FALSE(std::filesystem::exists(ring));
}

TEST_F(CaptureSvc, JsonLogIsJsonInEveryLine) {
  const Finished finished = run(command({"-r", path, "--log-format", "json"}));
  std::istringstream lines(finished.errors);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_NO_THROW(parse_json(line)) << line;
  EXPECT_GT(count, 0);
}

TEST_F(CaptureSvc, SignalsStopALiveCaptureWithoutTrafficAtOnce) {
  const NetworkNamespace network;
  for (const int signal : {SIGINT, SIGTERM}) {
    Process process(network.inside(command({"-i", "wire"})));
    ASSERT_TRUE(eventually([&] { return is_capturing(); })) << process.errors();
    process.kill(signal);
    const auto exit = process.wait_for(std::chrono::seconds(20));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << process.errors();
    EXPECT_EQ(ring::read_ledger(ring).unclean_runs, 0u);
  }
  EXPECT_EQ(ring::read_ledger(ring).runs, 2u);
}

TEST_F(CaptureSvc, SignalStopsAPipeThatStalls) {
  const std::string pipe = directory / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int keeper = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(write(keeper, bytes.data(), bytes.size() - 5), static_cast<ssize_t>(bytes.size() - 5));
  Process process(command({"-r", pipe}));
  ASSERT_TRUE(eventually([&] { return is_capturing() && ring::read_ledger(ring).written == 9; })) << process.errors();
  const auto exit = process.stop();
  close(keeper);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 0) << process.errors();
  const ring::Ledger ledger = ring::read_ledger(ring);
  EXPECT_EQ(ledger.read, 9u);
  EXPECT_EQ(ledger.unclean_runs, 0u);
}

TEST_F(CaptureSvc, SignalStopsAFileThatWaitsForAPublisher) {
  constexpr std::uint64_t kPackets = 30'000;  // three times what the lane holds
  const std::string large = directory / "large.pcap";
  {
    std::ofstream out(large, std::ios::binary);
    out << bytes;
    for (std::uint64_t i = 10; i < kPackets; i += 10) out << bytes.substr(24);
  }
  Process process(command({"-r", large, "--lanes", "1"}));
  // Full is what has no room for the largest record.
  ASSERT_TRUE(eventually([&] {
    return is_capturing() && ring::read_ledger(ring).lanes[0].in_ring_bytes + 2 * record::kMaxRecordSize > 1u << 20;
  })) << process.errors();
  const auto exit = process.stop();
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 0) << process.errors();
  const ring::Ledger ledger = ring::read_ledger(ring);
  EXPECT_EQ(ledger.read_unexplained(), 0);
  EXPECT_LT(ledger.read, kPackets);
  EXPECT_LE(ledger.read - ledger.written, 1u) << "at most the packet in hand";
}

TEST_F(CaptureSvc, StandardInputIsReadToItsEnd) {
  const Finished finished = run({"sh", "-c", "cat \"$0\" | exec \"$@\"", path, PKTFERRY_CAPTURE_SVC, "--ring",
                                 ring.string(), "--listen", "none", "-r", "-"});
  EXPECT_EQ(finished.code, 0) << finished.errors;
  EXPECT_EQ(ring::read_ledger(ring).written, 10u);
}

TEST_F(CaptureSvc, CountAndDurationStop) {
  EXPECT_EQ(run(command({"-r", path, "--count", "4"})).code, 0);
  EXPECT_EQ(ring::read_ledger(ring).read, 4u);
  const NetworkNamespace network;
  EXPECT_EQ(run(network.inside(command({"-i", "wire", "--duration", "50ms"}))).code, 0);
  EXPECT_EQ(ring::read_ledger(ring).unclean_runs, 0u);
}

// A terminal for a process: what is written to `master` are its keys.
class CaptureOnATerminal : public CaptureSvc {
 protected:
  // Starts the command as the foreground of a new terminal, in the network namespace.
  void start(const Arguments& words) {
    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_EQ(grantpt(master), 0);
    ASSERT_EQ(unlockpt(master), 0);
    const char* slave = ptsname(master);
    Arguments shell{"setsid", "--wait", "sh", "-c", "exec \"$@\" < \"$0\"", slave};
    shell.insert(shell.end(), words.begin(), words.end());
    process.emplace(shell);
    ASSERT_TRUE(eventually([&] { return is_capturing(); })) << process->errors();
  }
  ~CaptureOnATerminal() override {
    process.reset();
    close(master);
  }

  int master = -1;
  std::optional<Process> process;
  NetworkNamespace network;
};

TEST_F(CaptureOnATerminal, KeyQAndEnterStopAndOtherKeysDoNot) {
  for (const char stop : {'q', '\r'}) {
    start(network.inside(command({"-i", "wire"})));
    ASSERT_EQ(write(master, "xyz ", 4), 4);
    // Nothing to wait for: that it goes on is seen by the second write being what ends it.
    EXPECT_TRUE(process->is_running());
    ASSERT_EQ(write(master, &stop, 1), 1);
    const auto exit = process->wait_for(std::chrono::seconds(20));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << process->errors();
    EXPECT_NE(process->errors().find("stopped"), std::string::npos) << process->errors();
    close(master);
  }
}

TEST_F(CaptureSvc, StatusPrintsTheLedgerOfARingThatNobodyUses) {
  ASSERT_EQ(run(command({"-r", path})).code, 0);
  const Finished table = run({PKTFERRY_CAPTURE_SVC, "status", "--ring", ring.string()});
  EXPECT_EQ(table.code, 0) << table.errors;
  EXPECT_NE(table.output.find("capture       not running\n"), std::string::npos) << table.output;
  const Finished json = run({PKTFERRY_CAPTURE_SVC, "status", "--ring", ring.string(), "--format", "json"});
  EXPECT_EQ(json.code, 0) << json.errors;
  EXPECT_EQ(parse_json(json.output)["written"]["in_ring"].GetUint64(), 10u);
}

TEST_F(CaptureSvc, ResetSaysWhatItRemoved) {
  ASSERT_EQ(run(command({"-r", path})).code, 0);
  const Finished finished = run({PKTFERRY_CAPTURE_SVC, "reset", "--ring", ring.string()});
  EXPECT_EQ(finished.code, 0) << finished.errors;
  EXPECT_NE(finished.output.find("10 records"), std::string::npos) << finished.output;
}

}  // namespace
}  // namespace pktferry::testing
