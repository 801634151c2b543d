#include "shared/service/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

namespace pktferry::service {
namespace {

std::string logged(LogFormat format, spdlog::level::level_enum least, spdlog::level::level_enum level,
                   const std::string& message) {
  ::testing::internal::CaptureStderr();
  configure_log("test-svc", least, format);
  spdlog::log(level, message);
  const std::string text = ::testing::internal::GetCapturedStderr();
  configure_log("test-svc", spdlog::level::info, LogFormat::kText);
  return text;
}

// Digits as 0, so that times can be compared.
std::string without_digits(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }, '0');
  return text;
}

class UtcLog : public ::testing::Test {
 protected:
  UtcLog() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

TEST_F(UtcLog, TextLineHasTimeLevelAndMessage) {
  EXPECT_EQ(without_digits(logged(LogFormat::kText, spdlog::level::info, spdlog::level::warn, "a lane is full")),
            "0000-00-00T00:00:00.000+00:00 warning a lane is full\n");
}

TEST_F(UtcLog, JsonLineIsOneObjectThatNamesTheService) {
  EXPECT_EQ(without_digits(logged(LogFormat::kJson, spdlog::level::info, spdlog::level::info, "say \"hi\"")),
            R"({"time":"0000-00-00T00:00:00.000+00:00","level":"info","service":"test-svc","message":"say \"hi\""})"
            "\n");
}

TEST(Log, MessageCannotForgeALine) {
  EXPECT_NE(logged(LogFormat::kText, spdlog::level::info, spdlog::level::info, "a\nb\x1b[2J").find("a\\nb?[2J\n"),
            std::string::npos);
  EXPECT_NE(logged(LogFormat::kJson, spdlog::level::info, spdlog::level::info, "a\nb\xff").find("\"a\\nb\\ufffd\""),
            std::string::npos);
}

TEST(Log, LinesBelowTheLevelAreLeftOut) {
  EXPECT_EQ(logged(LogFormat::kText, spdlog::level::warn, spdlog::level::info, "quiet"), "");
}

}  // namespace
}  // namespace pktferry::service
