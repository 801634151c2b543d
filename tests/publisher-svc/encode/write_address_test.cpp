#include "publisher-svc/encode/write_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pktferry::encode {
namespace {

std::string written_ipv6(const std::uint8_t (&address)[16]) {
  char out[kMaxIpv6Text + kNumberSlack];
  return {out, write_ipv6(out, address)};
}

std::string by_inet_ntop(int family, const void* address) {
  char out[INET6_ADDRSTRLEN];
  return inet_ntop(family, address, out, sizeof(out));
}

std::string written_ipv6(const char* text) {
  std::uint8_t address[16];
  EXPECT_EQ(inet_pton(AF_INET6, text, address), 1);
  return written_ipv6(address);
}

TEST(WriteIpv6, FollowsRfc5952) {
  EXPECT_EQ(written_ipv6("::"), "::");
  EXPECT_EQ(written_ipv6("::1"), "::1");
  EXPECT_EQ(written_ipv6("1::"), "1::");
  EXPECT_EQ(written_ipv6("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");     // the first of equal runs
  EXPECT_EQ(written_ipv6("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");           // the longest run
  EXPECT_EQ(written_ipv6("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");  // one group alone is not compressed
  EXPECT_EQ(written_ipv6("0:1:2:3:4:5:6:7"), "0:1:2:3:4:5:6:7");
  EXPECT_EQ(written_ipv6("1:2:3:4:5:6:0:0"), "1:2:3:4:5:6::");
  EXPECT_EQ(written_ipv6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(WriteIpv6, WritesMappedAndCompatibleAddressesWithDots) {
  EXPECT_EQ(written_ipv6("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
  EXPECT_EQ(written_ipv6("::ffff:0.0.0.0"), "::ffff:0.0.0.0");
  EXPECT_EQ(written_ipv6("::192.0.2.1"), "::192.0.2.1");
  EXPECT_EQ(written_ipv6("::ffff:0:192.0.2.1"), "::ffff:0:c000:201");
}

TEST(WriteIpv6, EqualsInetNtopForEveryPatternOfZeroGroups) {
  std::mt19937 random(2);
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    for (int round = 0; round < 40; ++round) {
      std::uint8_t address[16]{};
      for (std::size_t group = 0; group < 8; ++group) {
        if ((pattern >> group & 1) != 0) continue;
        const auto value = static_cast<std::uint16_t>((random() & 0xffff) >> random() % 16);
        address[2 * group] = static_cast<std::uint8_t>(value >> 8);
        address[2 * group + 1] = static_cast<std::uint8_t>(value);
      }
      if (random() % 8 == 0) address[10] = address[11] = 0xff;
      ASSERT_EQ(written_ipv6(address), by_inet_ntop(AF_INET6, address));
    }
  }
}

TEST(WriteIpv4, EqualsInetNtop) {
  std::mt19937 random(3);
  for (int round = 0; round < 10'000; ++round) {
    std::uint8_t address[4];
    for (std::uint8_t& byte : address) byte = static_cast<std::uint8_t>(random() >> random() % 32);
    char out[kMaxIpv4Text + kNumberSlack];
    ASSERT_EQ(std::string(out, write_ipv4(out, address)), by_inet_ntop(AF_INET, address));
  }
}

TEST(WriteMac, WritesLowerCaseHexWithColons) {
  const std::uint8_t address[6] = {0x08, 0x00, 0x27, 0xFF, 0x1c, 0x0a};
  char out[kMacText + 1];
  EXPECT_EQ(std::string(out, write_mac(out, address)), "08:00:27:ff:1c:0a");
}

TEST(WriteHex, JoinsAnyNumberOfBytesByColons) {
  const std::vector<std::uint8_t> bytes{0xf6, 0x7f, 0x00};
  char out[16];
  EXPECT_EQ(std::string(out, write_hex(out, {})), "");
  EXPECT_EQ(std::string(out, write_hex(out, std::span(bytes).first(1))), "f6");
  EXPECT_EQ(std::string(out, write_hex(out, bytes)), "f6:7f:00");
}

}  // namespace
}  // namespace pktferry::encode
