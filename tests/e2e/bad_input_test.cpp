// Wrong words, wrong files, no room, no right: one line that says what is wrong, the exit code, and nothing lost.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/network_namespace.hpp"
#include "tests/support/pipeline.hpp"

namespace pktferry::testing {
namespace {

constexpr int kRuntimeFailure = 1;
constexpr int kBadUsage = 2;

// The lines on stderr that tell of an error: from the log, or from before there is one.
std::vector<std::string> error_lines(const std::string& errors) {
  std::vector<std::string> lines;
  std::istringstream text(errors);
  for (std::string line; std::getline(text, line);) {
    const bool is_logged = line.find(" info ") != std::string::npos || line.find(" warning ") != std::string::npos;
    if (!is_logged) lines.push_back(line);
  }
  return lines;
}

// Ended with the code and exactly one line of error, which has all the words.
void expect_refused(const Finished& finished, int code, std::initializer_list<std::string> words) {
  EXPECT_EQ(finished.code, code) << finished.errors;
  const std::vector<std::string> lines = error_lines(finished.errors);
  ASSERT_EQ(lines.size(), 1u) << finished.errors;
  for (const std::string& word : words) EXPECT_NE(lines[0].find(word), std::string::npos) << word << " in " << lines[0];
}

// The beginning of the sample, `size` bytes of it.
std::string sample_bytes(std::size_t size) {
  std::ifstream file(kSample, std::ios::binary);
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  return bytes;
}

class BadInput : public ::testing::Test {
 protected:
  std::string file_with(const std::string& content) const {
    const std::filesystem::path path = files / "input.pcap";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  Pipeline pipeline;
  TempDir files;
};

TEST_F(BadInput, UnknownInterfaceIsNamed) {
  expect_refused(run(pipeline.capture({"--interface", "nosuch0"})), kRuntimeFailure, {"nosuch0"});
}

TEST_F(BadInput, NoPermissionToCaptureNamesTheCapability) {
  const NetworkNamespace network;
  expect_refused(
      run(network.inside(Arguments{"setpriv", "--bounding-set=-net_raw,-net_admin", "--inh-caps=-all", "--"} +
                         pipeline.capture({"--interface", "wire"}))),
      kRuntimeFailure, {"wire", "CAP_NET_RAW"});
}

TEST_F(BadInput, MissingFileIsNamed) {
  expect_refused(run(pipeline.capture({"--read", files / "absent.pcap"})), kRuntimeFailure, {"absent.pcap"});
}

TEST_F(BadInput, UnreadableFileIsNamed) {
  const std::string path = file_with(sample_bytes(1000));
  std::filesystem::permissions(path, std::filesystem::perms::none);
  expect_refused(run(Arguments{"setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", "--"} +
                     pipeline.capture({"--read", path})),
                 kRuntimeFailure, {"input.pcap", "ermission"});
}

TEST_F(BadInput, DirectoryInPlaceOfAFileIsNamed) {
  expect_refused(run(pipeline.capture({"--read", files.path()})), kRuntimeFailure, {files.path()});
}

TEST_F(BadInput, EmptyFileIsNoCapture) {
  expect_refused(run(pipeline.capture({"--read", file_with("")})), kRuntimeFailure, {"input.pcap"});
}

TEST_F(BadInput, GarbageIsNoCapture) {
  expect_refused(run(pipeline.capture({"--read", file_with("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")})),
                 kRuntimeFailure, {"input.pcap"});
}

TEST_F(BadInput, FileWithoutPacketsIsDoneAtOnce) {
  const Finished finished = run(pipeline.capture({"--read", file_with(sample_bytes(24))}));
  EXPECT_EQ(finished.code, 0) << finished.errors;
  EXPECT_EQ(pipeline.ledger().read, 0u);
}

TEST_F(BadInput, CutOffFileGivesWhatPrecedesTheCut) {
  // The first frame has 74 bytes, the second 114: the cut is in the second frame's bytes.
  const std::string path = file_with(sample_bytes(24 + 16 + 74 + 16 + 50));
  expect_refused(run(pipeline.capture({"--read", path})), kRuntimeFailure, {"input.pcap"});
  EXPECT_EQ(pipeline.ledger().read, 1u);
  EXPECT_EQ(pipeline.ledger().in_ring, 1u);
  expect_closed(pipeline.ledger());
}

TEST_F(BadInput, PipeThatStallsGivesWhatCameAndIsLeftAtOnceOnSigterm) {
  const std::string path = files / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int writer = open(path.c_str(), O_RDWR | O_CLOEXEC);
  const std::string bytes = sample_bytes(24 + 16 + 74 + 16 + 50);  // one packet, and the beginning of another
  ASSERT_EQ(write(writer, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  Process capture(pipeline.capture({"--read", path}));
  EXPECT_TRUE(eventually([&] { return pipeline.ledger_if_any().in_ring == 1; })) << capture.errors();
  const std::optional<Exit> exit = capture.stop(std::chrono::seconds(10));
  ASSERT_TRUE(exit) << "still running";
  EXPECT_EQ(exit->code, 0) << capture.errors();
  EXPECT_EQ(pipeline.ledger().read, 1u);
  expect_closed(pipeline.ledger());
  close(writer);
}

TEST_F(BadInput, FileOfALinkTypeThatNobodyDecodesIsCountedPacketByPacket) {
  std::string bytes = sample_bytes(24 + 16 + 74);
  bytes[20] = 127;  // IEEE 802.11 with radiotap
  const Finished finished = run(pipeline.capture({"--read", file_with(bytes)}));
  EXPECT_EQ(finished.code, 0) << finished.errors;
  const ring::Ledger ledger = pipeline.ledger();
  EXPECT_EQ(ledger.read, 1u);
  EXPECT_EQ(ledger.dropped[static_cast<std::size_t>(ring::DropReason::kUnsupported)], 1u);
  expect_closed(ledger);
}

TEST_F(BadInput, BadFilterGivesLibpcapsMessage) {
  expect_refused(run(pipeline.capture({"--read", kSample, "--filter", "tcp porrt 80"})), kBadUsage,
                 {"tcp porrt 80", "syntax error"});
}

TEST_F(BadInput, BadOptionValuesNameTheOptionAndTheValue) {
  expect_refused(run(pipeline.capture({"--read", kSample, "--lanes", "many"})), kBadUsage, {"--lanes", "many"});
  expect_refused(run(pipeline.capture({"--read", kSample, "--lanes", "0"})), kBadUsage, {"--lanes", "0"});
  expect_refused(run(pipeline.capture({"--read", kSample, "--lane-mib", "3"})), kBadUsage, {"--lane-mib", "3"});
  expect_refused(run(pipeline.capture({"--read", kSample, "--on-full", "explode"})), kBadUsage,
                 {"--on-full", "explode"});
  expect_refused(run(pipeline.capture({"--read", kSample, "--count", "-5"})), kBadUsage, {"--count", "-5"});
  expect_refused(run(pipeline.capture({"--no-such-option"})), kBadUsage, {"--no-such-option"});
  expect_refused(run(pipeline.capture({})), kBadUsage, {"--interface", "--read"});
  expect_refused(run(pipeline.publisher({"--sink", "pigeon"})), kBadUsage, {"--sink", "pigeon"});
  expect_refused(run(pipeline.publisher({"--sink", "stdout", "--fields", "tcpp"})), kBadUsage,
                 {"--fields", "tcpp", "tcp"});
  expect_refused(run(pipeline.publisher({"-b", "127.0.0.1:1", "-t", "t", "-X", "no.such.property=1"})), kBadUsage,
                 {"no.such.property"});
  expect_refused(run(pipeline.publisher({"-t", "t"})), kBadUsage, {"--brokers"});
}

TEST_F(BadInput, AddressThatIsTakenIsNamed) {
  const int holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(listen(holder, 1), 0);  // unbound: the kernel chooses a port
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(holder, static_cast<sockaddr*>(static_cast<void*>(&address)), &size), 0);
  const std::string taken = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  expect_refused(run({PKTFERRY_CAPTURE_SVC, "--ring", pipeline.ring(), "--listen", taken, "--read", kSample}),
                 kRuntimeFailure, {"--listen", taken});
  close(holder);
}

TEST_F(BadInput, RingThatDoesNotFitIsRefusedBeforeItIsTouched) {
  const std::string mount = files.path();
  const Finished finished =
      run({"unshare", "--mount", "--", "sh", "-c",
           "mount -t tmpfs -o size=1m tmpfs \"$1\" && exec \"$2\" --ring \"$1/ring\" --listen none "
           "--read \"$3\"",
           "sh", mount, PKTFERRY_CAPTURE_SVC, kSample});
  expect_refused(finished, kRuntimeFailure, {mount, "MiB"});
}

TEST_F(BadInput, StatusThatCannotBePrintedIsAFailure) {
  ASSERT_EQ(run(pipeline.capture({"--read", kSample})).code, 0);
  const Finished finished =
      run({"sh", "-c", "exec \"$1\" status --ring \"$2\" > /dev/full", "sh", PKTFERRY_CAPTURE_SVC, pipeline.ring()});
  expect_refused(finished, kRuntimeFailure, {"stdout"});
}

TEST_F(BadInput, CheckOfAFileSinkCreatesNoFile) {
  const std::string path = (files.path() / "out").string();
  EXPECT_EQ(run(pipeline.publisher({"--sink", "file:" + path, "--check"})).code, 0);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(BadInput, SecondCaptureOnARingIsRefusedAndTheFirstGoesOn) {
  const NetworkNamespace network;
  Process first(network.inside(pipeline.capture({"--interface", "wire"})));
  ASSERT_TRUE(eventually([&] { return pipeline.ledger_if_any().capturing; })) << first.errors();
  expect_refused(run(pipeline.capture({"--read", kSample})), kRuntimeFailure, {pipeline.ring(), "captur"});
  EXPECT_TRUE(first.is_running());
  EXPECT_EQ(first.stop()->code, 0) << first.errors();
}

TEST_F(BadInput, SecondPublisherWithAnotherDestinationIsRefusedAndTakesNothing) {
  ASSERT_EQ(run(pipeline.capture({"--read", kSample})).code, 0);
  Process first(pipeline.publisher({"--sink", "file:" + (files / "first").string()}));
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().delivered == kSamplePackets; })) << first.errors();
  const Finished second = run(pipeline.publisher({"--sink", "stdout"}));
  expect_refused(second, kRuntimeFailure, {"stdout", (files / "first").string()});
  EXPECT_EQ(second.output, "");
  EXPECT_TRUE(first.is_running());
  EXPECT_EQ(first.stop()->code, 0) << first.errors();
}

TEST_F(BadInput, StatusAndResetOfARingThatIsNotThereSaySo) {
  expect_refused(run(pipeline.status()), kRuntimeFailure, {pipeline.ring()});
  expect_refused(run({PKTFERRY_CAPTURE_SVC, "reset", "--ring", pipeline.ring()}), kRuntimeFailure, {pipeline.ring()});
}

TEST_F(BadInput, ResetIsRefusedWhileACaptureHoldsTheRing) {
  const NetworkNamespace network;
  Process capture(network.inside(pipeline.capture({"--interface", "wire"})));
  ASSERT_TRUE(eventually([&] { return pipeline.ledger_if_any().capturing; })) << capture.errors();
  expect_refused(run({PKTFERRY_CAPTURE_SVC, "reset", "--ring", pipeline.ring()}), kRuntimeFailure, {pipeline.ring()});
  EXPECT_EQ(capture.stop()->code, 0) << capture.errors();
  EXPECT_EQ(run({PKTFERRY_CAPTURE_SVC, "reset", "--ring", pipeline.ring()}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(pipeline.ring() / "data" / "ring"));
}

}  // namespace
}  // namespace pktferry::testing
