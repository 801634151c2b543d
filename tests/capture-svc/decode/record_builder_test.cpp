// The builder: room, blocks, tails and what happens when there is no room left.
#include "capture-svc/decode/record_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "shared/record/dns.hpp"
#include "shared/record/ethernet.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/vlan.hpp"

namespace pktferry::decode {
namespace {

struct Room {
  Room() { bytes.fill(std::byte{0xee}); }
  alignas(record::kRecordAlignment) std::array<std::byte, record::kMaxRecordSize> bytes;
};

TEST(RecordBuilder, StartsWithAZeroedHeaderAndNoLayers) {
  Room room;
  RecordBuilder builder(room.bytes.data());
  EXPECT_EQ(builder.size(), sizeof(record::RecordHeader));
  EXPECT_EQ(builder.header().layer_count, 0);
  EXPECT_EQ(builder.header().flags, 0);
  EXPECT_EQ(builder.first<record::Ethernet>(), nullptr);
}

TEST(RecordBuilder, ZeroesTheStructAndThePaddingBehindTheTail) {
  Room room;
  RecordBuilder builder(room.bytes.data());
  auto* ipv4 = builder.add<record::Ipv4>(5);
  ASSERT_NE(ipv4, nullptr);
  EXPECT_EQ(ipv4->header.type, record::LayerType::kIpv4);
  EXPECT_EQ(ipv4->header.size, 36);
  EXPECT_EQ(ipv4->ttl, 0);
  EXPECT_EQ(ipv4->option_count, 0);
  const std::byte* tail = RecordBuilder::tail(ipv4);
  EXPECT_EQ(tail[5], std::byte{0});
  EXPECT_EQ(tail[7], std::byte{0});
  EXPECT_EQ(builder.header().layer_count, 1);
}

TEST(RecordBuilder, GivesABlockTheScopeThatWasSetBefore) {
  Room room;
  RecordBuilder builder(room.bytes.data());
  EXPECT_EQ(builder.add<record::Vlan>()->header.scope, 0);
  builder.set_scope(record::kQuotedScope);
  EXPECT_EQ(builder.scope(), record::kQuotedScope);
  EXPECT_EQ(builder.add<record::Vlan>()->header.scope, record::kQuotedScope);
}

TEST(RecordBuilder, FindsTheFirstBlockByItsTypeOnly) {
  Room room;
  RecordBuilder builder(room.bytes.data());
  auto* ethernet = builder.add<record::Ethernet>();
  builder.add<record::Vlan>();
  EXPECT_EQ(builder.first<record::Ethernet>(), ethernet);
  EXPECT_EQ(builder.first<record::Vlan>(), nullptr);
}

TEST(RecordBuilder, RefusesABlockMoreThanARecordMayHave) {
  Room room;
  RecordBuilder builder(room.bytes.data());
  for (std::uint32_t i = 0; i < record::kMaxLayers; ++i) ASSERT_NE(builder.add<record::Vlan>(), nullptr);
  const std::uint32_t size = builder.size();
  EXPECT_EQ(builder.header().flags, 0);
  EXPECT_EQ(builder.add<record::Vlan>(), nullptr);
  EXPECT_EQ(builder.header().flags, record::kLimited);
  EXPECT_EQ(builder.header().layer_count, record::kMaxLayers);
  EXPECT_EQ(builder.size(), size);
}

TEST(RecordBuilder, GrowsTheLastBlocksTailUpToTheLastByteOfTheRoom) {
  Room room;
  RecordBuilder builder(room.bytes.data());
  auto* dns = builder.add<record::Dns>();
  const std::uint32_t left = record::kMaxRecordSize - sizeof(record::RecordHeader) - sizeof(record::Dns);
  ASSERT_EQ(left % record::kLayerAlignment, 0u);
  std::byte* grown = builder.grow(left);
  ASSERT_EQ(grown, RecordBuilder::tail(dns));
  EXPECT_TRUE(std::all_of(grown, grown + left, [](std::byte byte) { return byte == std::byte{0}; }));
  EXPECT_EQ(dns->header.size, sizeof(record::Dns) + left);
  EXPECT_EQ(builder.size(), record::kMaxRecordSize);

  EXPECT_EQ(builder.grow(4), nullptr);
  EXPECT_EQ(builder.add<record::Vlan>(), nullptr);
  EXPECT_EQ(dns->header.size, sizeof(record::Dns) + left);
  EXPECT_EQ(builder.header().flags, record::kLimited);
}

}  // namespace
}  // namespace pktferry::decode
