#include <gtest/gtest.h>

#include "publisher-svc/encode/encoder.hpp"
#include "tests/publisher-svc/encode/crafted_record.hpp"

namespace pktferry::encode {
namespace {

using testing::CraftedRecord;

std::string key_of(Key key, CraftedRecord& record) {
  char out[48];
  return std::string(encode_key(key, record.view(), out));
}

TEST(EncodeKey, WritesTheFlowHashInEightHexDigits) {
  CraftedRecord record;
  record.header().flow_hash = 0x0badcafe;
  EXPECT_EQ(key_of(Key::kFlow, record), "0badcafe");
  record.header().flow_hash = 0;
  EXPECT_EQ(key_of(Key::kFlow, record), "00000000");
}

TEST(EncodeKey, WritesTheAddressesOfIpv4) {
  CraftedRecord record;
  record.add_ethernet();
  record.add_ipv4(6);
  EXPECT_EQ(key_of(Key::kSource, record), "212.199.202.9");
  EXPECT_EQ(key_of(Key::kDestination, record), "10.0.0.6");
}

TEST(EncodeKey, WritesTheAddressesOfTheOutermostIpHeader) {
  CraftedRecord record;
  record.add_ethernet();
  record.add_ipv6(41);
  record.scope(1).add_ipv4(6);
  EXPECT_EQ(key_of(Key::kSource, record), "2404:6800:8004::68");
  EXPECT_EQ(key_of(Key::kDestination, record), "ff02::fb");
}

TEST(EncodeKey, FallsBackToTheEthernetAddresses) {
  CraftedRecord record;
  record.add_ethernet();
  EXPECT_EQ(key_of(Key::kSource, record), "30:46:9a:23:fb:fa");
  EXPECT_EQ(key_of(Key::kDestination, record), "08:00:27:19:1c:78");
}

TEST(EncodeKey, IsEmptyWithoutAnAddressOrWhenNoneIsWanted) {
  CraftedRecord empty;
  EXPECT_EQ(key_of(Key::kSource, empty), "");
  CraftedRecord record;
  record.add_ethernet();
  EXPECT_EQ(key_of(Key::kNone, record), "");
}

}  // namespace
}  // namespace pktferry::encode
