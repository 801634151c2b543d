// Links other than Ethernet: Linux cooked, loopback, raw IP; and which numbers mean which link.
#include <gtest/gtest.h>

#include "shared/record/linux_cooked.hpp"
#include "shared/record/loopback.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::LinuxCooked;
using record::Loopback;

TEST(LinkTypeOf, KnowsTheNumbersOfLibpcapAndOfPcapFilesAndNoOther) {
  EXPECT_EQ(link_type_of(0), LinkType::kLoopback);
  EXPECT_EQ(link_type_of(1), LinkType::kEthernet);
  EXPECT_EQ(link_type_of(12), LinkType::kRawIp);
  EXPECT_EQ(link_type_of(14), LinkType::kRawIp);
  EXPECT_EQ(link_type_of(101), LinkType::kRawIp);
  EXPECT_EQ(link_type_of(108), LinkType::kLoopback);
  EXPECT_EQ(link_type_of(113), LinkType::kLinuxCooked);
  EXPECT_EQ(link_type_of(228), LinkType::kRawIp);
  EXPECT_EQ(link_type_of(229), LinkType::kRawIp);
  EXPECT_EQ(link_type_of(276), LinkType::kLinuxCooked2);
  EXPECT_EQ(link_type_of(105), std::nullopt);  // 802.11
  EXPECT_EQ(link_type_of(-1), std::nullopt);
}

TEST(DecodeLinuxCooked, ReadsVersionOne) {
  const Decoded decoded(hex("00 04  00 01  00 06  02 00 00 00 00 0a 77 77  08 00") + ipv4(6, tcp()),
                        LinkType::kLinuxCooked);
  EXPECT_EQ(decoded.chain(), "sll ip tcp");
  const auto& cooked = decoded.get<LinuxCooked>();
  EXPECT_EQ(cooked.version, 1);
  EXPECT_EQ(cooked.packet_type, 4);
  EXPECT_EQ(cooked.hardware_type, 1);
  EXPECT_EQ(cooked.address_length, 6);
  EXPECT_EQ(hex_of(cooked.address), "02 00 00 00 00 0a 77 77");
  EXPECT_EQ(cooked.protocol, 0x0800);
  EXPECT_EQ(cooked.interface_index, 0u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeLinuxCooked, ReadsVersionTwo) {
  const Decoded decoded(hex("86 dd  00 00  00 01 00 02  03 04  03  08  01 02 03 04 05 06 07 08") + ipv6(6, tcp()),
                        LinkType::kLinuxCooked2);
  EXPECT_EQ(decoded.chain(), "sll ipv6 tcp");
  const auto& cooked = decoded.get<LinuxCooked>();
  EXPECT_EQ(cooked.version, 2);
  EXPECT_EQ(cooked.packet_type, 3);
  EXPECT_EQ(cooked.hardware_type, 0x0304);
  EXPECT_EQ(cooked.interface_index, 0x00010002u);
  EXPECT_EQ(cooked.address_length, 8);
  EXPECT_EQ(hex_of(cooked.address), "01 02 03 04 05 06 07 08");
  EXPECT_EQ(cooked.protocol, 0x86dd);
}

TEST(DecodeLinuxCooked, SaturatesAnAddressLengthOfMoreThan255Bytes) {
  const Decoded decoded(hex("00 00  00 01  12 34  00 00 00 00 00 00 00 00  00 04") + fill(4), LinkType::kLinuxCooked);
  EXPECT_EQ(decoded.get<LinuxCooked>().address_length, 255);
}

TEST(DecodeLinuxCooked, DoesNotTakeLinuxsOwnProtocolNumbersForEtherTypes) {
  const Decoded decoded(hex("00 00  00 01  00 00  00 00 00 00 00 00 00 00  00 04") + fill(4), LinkType::kLinuxCooked);
  EXPECT_EQ(decoded.chain(), "sll");
  EXPECT_EQ(decoded.faults(), 0);
  EXPECT_EQ(decoded.payload_length(), 4u);
}

TEST(DecodeLinuxCooked, CallsAHeaderThatTheCaptureCutTruncated) {
  for (std::size_t size = 0; size < 16; ++size) {
    EXPECT_EQ(Decoded(fill(size), LinkType::kLinuxCooked, 80).faults(), record::kTruncated) << size;
  }
  for (std::size_t size = 0; size < 20; ++size) {
    EXPECT_EQ(Decoded(fill(size), LinkType::kLinuxCooked2, 80).faults(), record::kTruncated) << size;
  }
}

TEST(DecodeLoopback, ReadsTheFamilyInEitherByteOrder) {
  const Decoded little(hex("02 00 00 00") + ipv4(6, tcp()), LinkType::kLoopback);
  const Decoded big(hex("00 00 00 02") + ipv4(6, tcp()), LinkType::kLoopback);
  EXPECT_EQ(little.chain(), "null ip tcp");
  EXPECT_EQ(big.chain(), "null ip tcp");
  EXPECT_EQ(little.get<Loopback>().family, 2u);
  EXPECT_EQ(big.get<Loopback>().family, 2u);
}

TEST(DecodeLoopback, KnowsTheSeveralNumbersOfIpv6) {
  for (const unsigned family : {10u, 23u, 24u, 28u, 30u}) {
    const Decoded decoded(hex("00 00") + be16(family) + ipv6(6, tcp()), LinkType::kLoopback);
    EXPECT_EQ(decoded.chain(), "null ipv6 tcp") << family;
    EXPECT_EQ(decoded.get<Loopback>().family, family);
  }
}

TEST(DecodeLoopback, LeavesTheRestOfAnUnknownFamilyAsPayload) {
  const Decoded decoded(hex("00 00 00 07") + fill(9), LinkType::kLoopback);
  EXPECT_EQ(decoded.chain(), "null");
  EXPECT_EQ(decoded.payload_length(), 9u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeLoopback, CallsAHeaderThatTheCaptureCutTruncated) {
  for (std::size_t size = 0; size < 4; ++size) {
    EXPECT_EQ(Decoded(fill(size), LinkType::kLoopback, 80).faults(), record::kTruncated) << size;
  }
}

TEST(DecodeRawIp, TellsIpv4FromIpv6ByTheVersion) {
  EXPECT_EQ(Decoded(ipv4(6, tcp()), LinkType::kRawIp).chain(), "ip tcp");
  EXPECT_EQ(Decoded(ipv6(6, tcp()), LinkType::kRawIp).chain(), "ipv6 tcp");
}

TEST(DecodeRawIp, CallsAnyOtherVersionMalformed) {
  const Decoded decoded(hex("50 00 00 14"), LinkType::kRawIp);
  EXPECT_EQ(decoded.chain(), "");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
  EXPECT_EQ(decoded.payload_length(), 4u);
}

TEST(DecodeRawIp, CallsNoBytesAtAllTruncatedOrMalformedByTheWireLength) {
  EXPECT_EQ(Decoded({}, LinkType::kRawIp, 40).faults(), record::kTruncated);
  EXPECT_EQ(Decoded({}, LinkType::kRawIp, 0).faults(), record::kMalformed);
}

}  // namespace
}  // namespace pktferry::decode::test
