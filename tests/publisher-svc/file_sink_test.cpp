// Lines to files and pipes: whole, in order, and held back where they cannot be written.
#include "publisher-svc/sink/file_sink.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace pktferry::publisher {
namespace {

using SendStatus = MessageSink::SendStatus;
using Outcome = Report::Outcome;
using std::chrono::milliseconds;

class Reports {
 public:
  explicit Reports(MessageSink& sink) : sink_(sink) {}
  SendStatus send(const std::string& payload) {
    payloads_.push_back(payload);
    return sink_.send({.payload = payloads_.back(), .key = "", .timestamp_ms = 0, .token = &payloads_.back()});
  }
  void poll(milliseconds timeout = milliseconds(0)) {
    sink_.poll(timeout, [this](const Report& report) {
      ++outcomes[report.outcome];
      reported.push_back(*static_cast<std::string*>(report.token));
    });
  }

  std::map<Outcome, int> outcomes;
  std::vector<std::string> reported;

 private:
  MessageSink& sink_;
  std::deque<std::string> payloads_;
};

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class PipePair {
 public:
  PipePair() {
    signal(SIGPIPE, SIG_IGN);  // the service blocks it
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  ~PipePair() {
    close_reader();
    close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  std::string read_some() const {
    std::string text(65536, '\0');
    const ssize_t count = ::read(ends_[0], text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  void close_reader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST(FileSink, WritesOneMessageALineAndReportsItThen) {
  const testing::TempDir temp;
  FileSink sink(temp / "out.json");
  Reports reports(sink);
  EXPECT_EQ(reports.send(R"({"a":1})"), SendStatus::kAccepted);
  EXPECT_EQ(reports.send(R"({"a":2})"), SendStatus::kAccepted);
  EXPECT_TRUE(reports.outcomes.empty()) << "not before it is written";
  reports.poll();
  EXPECT_EQ(reports.outcomes[Outcome::kDelivered], 2);
  EXPECT_EQ(content_of(temp / "out.json"), "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(sink.destination(), "file:" + (temp / "out.json").string());
}

TEST(FileSink, AppendsToWhatIsThere) {
  const testing::TempDir temp;
  for (int i = 0; i < 2; ++i) {
    FileSink sink(temp / "out.json");
    Reports reports(sink);
    (void)reports.send("x");
    reports.poll();
  }
  EXPECT_EQ(content_of(temp / "out.json"), "x\nx\n");
}

TEST(FileSink, MakesTheFileUnreadableForStrangers) {
  const testing::TempDir temp;
  const FileSink sink(temp / "out.json");
  struct stat status {};
  ASSERT_EQ(stat((temp / "out.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007u, 0u);
}

TEST(FileSink, NamesTheFileThatCannotBeOpened) {
  try {
    const FileSink sink("/does/not/exist/out.json");
    FAIL();
  } catch (const SinkError& error) {
    EXPECT_NE(std::string(error.what()).find("/does/not/exist/out.json: No such file"), std::string::npos)
        << error.what();
  }
}

TEST(FileSink, SaysFullWhenItsBufferIsAndGoesOnAfterAPoll) {
  const testing::TempDir temp;
  FileSink sink(temp / "out.json");
  Reports reports(sink);
  const std::string line(9'999, 'x');
  int accepted = 0;
  while (reports.send(line) == SendStatus::kAccepted) ++accepted;
  EXPECT_GT(accepted, 50);
  reports.poll();
  EXPECT_EQ(reports.outcomes[Outcome::kDelivered], accepted);
  EXPECT_EQ(reports.send(line), SendStatus::kAccepted);
}

TEST(FileSink, AFullDiskHoldsTheMessagesAndIsNamed) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  FileSink sink(full, "file:/dev/full");
  Reports reports(sink);
  (void)reports.send("x");
  reports.poll();
  EXPECT_TRUE(reports.outcomes.empty());
  ASSERT_TRUE(sink.trouble());
  EXPECT_NE(sink.trouble()->find("No space left"), std::string::npos) << *sink.trouble();
  EXPECT_FALSE(sink.is_closed());

  const testing::TempDir temp;  // room again
  const int file = open((temp / "out.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(dup3(file, full, O_CLOEXEC), 0);
  reports.poll();
  EXPECT_EQ(reports.outcomes[Outcome::kDelivered], 1);
  EXPECT_EQ(content_of(temp / "out.json"), "x\n");
  EXPECT_FALSE(sink.trouble());
  close(file);
  close(full);
}

TEST(FileSink, AReaderThatStandsStillHoldsMessagesBackWithoutBlocking) {
  PipePair pipe;
  FileSink sink(pipe.writer(), "stdout");
  Reports reports(sink);
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const std::string line = std::to_string(i) + std::string(1'000, 'x');
    ASSERT_EQ(reports.send(line), SendStatus::kAccepted);
    sent += line + '\n';
  }
  reports.poll();
  EXPECT_LT(reports.outcomes[Outcome::kDelivered], 100) << "a pipe holds 64 KiB";
  std::string received;
  while (received.size() < sent.size()) {
    received += pipe.read_some();
    reports.poll();
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(reports.outcomes[Outcome::kDelivered], 200);
}

TEST(FileSink, PurgingReportsTheRestAsHeldAndNeverTearsALine) {
  PipePair pipe;
  FileSink sink(pipe.writer(), "stdout");
  Reports reports(sink);
  for (int i = 0; i < 200; ++i) (void)reports.send(std::to_string(i) + std::string(1'000, 'x'));
  reports.poll();
  const int delivered = reports.outcomes[Outcome::kDelivered];
  sink.purge();
  reports.poll();
  EXPECT_EQ(reports.outcomes[Outcome::kHeld], 200 - delivered);
  EXPECT_EQ(reports.reported.size(), 200u) << "each is reported once";

  std::string received = pipe.read_some();
  reports.poll();  // the rest of the line that had begun
  (void)reports.send("next");
  reports.poll();
  received += pipe.read_some();
  EXPECT_EQ(reports.outcomes[Outcome::kDelivered], delivered + 1);
  std::istringstream lines(received);
  std::string line;
  int count = 0;
  for (; std::getline(lines, line) && line != "next"; ++count) {
    ASSERT_EQ(line, std::to_string(count) + std::string(1'000, 'x'));
  }
  EXPECT_EQ(line, "next");
  EXPECT_GE(count, delivered);
}

TEST(FileSink, IsClosedWhenNobodyReadsAnyMore) {
  PipePair pipe;
  FileSink sink(pipe.writer(), "stdout");
  Reports reports(sink);
  (void)reports.send("x");
  pipe.close_reader();
  reports.poll();
  EXPECT_TRUE(sink.is_closed());
  EXPECT_TRUE(reports.outcomes.empty()) << "nothing is delivered";
  EXPECT_EQ(reports.send("y"), SendStatus::kFull);
  sink.purge();
  reports.poll();
  EXPECT_EQ(reports.outcomes[Outcome::kHeld], 1);
}

}  // namespace
}  // namespace pktferry::publisher
