#include <gtest/gtest.h>

#include "shared/record/arp.hpp"
#include "shared/record/ethernet.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::Arp;

const Bytes kRequest = hex("00 01 08 00 06 04 00 01  02 00 00 00 00 0a  0a 00 00 01  00 00 00 00 00 00  0a 00 00 02");

TEST(DecodeArp, ReadsARequestAndCountsThePaddingAsTrailer) {
  const Decoded decoded(ethernet(0x0806, kRequest) + fill(18, 0));
  EXPECT_EQ(decoded.chain(), "eth arp");
  const auto& arp = decoded.get<Arp>();
  EXPECT_EQ(arp.hardware_type, 1);
  EXPECT_EQ(arp.protocol_type, 0x0800);
  EXPECT_EQ(arp.hardware_size, 6);
  EXPECT_EQ(arp.protocol_size, 4);
  EXPECT_EQ(arp.opcode, 1);
  EXPECT_TRUE(arp.has_addresses());
  EXPECT_EQ(hex_of(arp.sender_hardware), "02 00 00 00 00 0a");
  EXPECT_EQ(hex_of(arp.sender_protocol), "0a 00 00 01");
  EXPECT_EQ(hex_of(arp.target_hardware), "00 00 00 00 00 00");
  EXPECT_EQ(hex_of(arp.target_protocol), "0a 00 00 02");
  EXPECT_EQ(decoded.get<record::Ethernet>().trailer_size, 18);
  EXPECT_EQ(decoded.header().flags, 0);
}

TEST(DecodeArp, GivesNoBlockWhereTheCaptureCutIt) {
  for (std::size_t size = 0; size < kRequest.size(); ++size) {
    const Decoded decoded(ethernet(0x0806, cut(kRequest, size)), LinkType::kEthernet, 60);
    EXPECT_EQ(decoded.chain(), "eth") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeArp, CallsAddressSizesBeyondTheFrameMalformed) {
  const Decoded decoded(ethernet(0x0806, with(kRequest, 4, 0xff)));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeArp, LeavesAddressesOfOtherSizesOut) {
  const Decoded decoded(ethernet(0x0806, with(kRequest, 4, 5) + fill(20)));
  EXPECT_EQ(decoded.chain(), "eth arp");
  EXPECT_FALSE(decoded.get<Arp>().has_addresses());
  EXPECT_EQ(hex_of(decoded.get<Arp>().sender_hardware), "00 00 00 00 00 00");
  EXPECT_EQ(decoded.get<record::Ethernet>().trailer_size, 22);
  EXPECT_EQ(decoded.faults(), 0);
}

}  // namespace
}  // namespace pktferry::decode::test
