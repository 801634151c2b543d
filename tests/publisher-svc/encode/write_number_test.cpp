#include "publisher-svc/encode/write_number.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace pktferry::encode {
namespace {

template <typename T>
std::string written(T value) {
  char out[kMaxDigits<T> + kNumberSlack];
  return {out, write_number(out, value)};
}

TEST(WriteNumber, WritesEveryNumberOfEightAndSixteenBits) {
  for (std::uint32_t value = 0; value <= 0xff; ++value) {
    ASSERT_EQ(written(static_cast<std::uint8_t>(value)), std::to_string(value));
  }
  for (std::uint32_t value = 0; value <= 0xffff; ++value) {
    ASSERT_EQ(written(static_cast<std::uint16_t>(value)), std::to_string(value));
  }
}

TEST(WriteNumber, WritesWiderNumbersOnBothSidesOfEveryPowerOfTen) {
  for (std::uint64_t power = 1; power <= 1'000'000'000'000'000'000; power *= 10) {
    for (const std::uint64_t value : {power - 1, power, power + 1, power * 9}) {
      ASSERT_EQ(written(value), std::to_string(value));
      ASSERT_EQ(written(static_cast<std::uint32_t>(value)), std::to_string(static_cast<std::uint32_t>(value)));
    }
  }
  EXPECT_EQ(written(std::uint64_t{10'000'000'000'000'000'000u}), "10000000000000000000");
  EXPECT_EQ(written(std::numeric_limits<std::uint32_t>::max()), "4294967295");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(WriteNumber, WritesRandomNumbersOfEveryLengthAsToStringDoes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    ASSERT_EQ(written(value), std::to_string(value));
    ASSERT_EQ(written(static_cast<std::uint32_t>(value)), std::to_string(static_cast<std::uint32_t>(value)));
  }
}

}  // namespace
}  // namespace pktferry::encode
