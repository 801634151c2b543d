#include "shared/service/duration.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "shared/service/settings.hpp"

namespace pktferry::service {
namespace {

using namespace std::chrono_literals;

TEST(Duration, TakesEveryUnit) {
  EXPECT_EQ(parse_duration("--t", "0s"), 0ms);
  EXPECT_EQ(parse_duration("--t", "250ms"), 250ms);
  EXPECT_EQ(parse_duration("--t", "10s"), 10s);
  EXPECT_EQ(parse_duration("--t", "5m"), 5min);
  EXPECT_EQ(parse_duration("--t", "2h"), 2h);
  EXPECT_EQ(parse_duration("--t", "365d"), 24h * 365);
}

TEST(Duration, RefusesEverythingElseAndNamesOptionAndWord) {
  for (const char* word :
       {"", "s", "10", "-1s", "1.5s", "1 s", "10sec", "366d", "99999999999999999999s", "s10", "1S"}) {
    try {
      (void)parse_duration("--duration", word);
      ADD_FAILURE() << word;
    } catch (const SettingsError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(std::string("--duration '") + word + "': ")) << error.what();
    }
  }
}

}  // namespace
}  // namespace pktferry::service
