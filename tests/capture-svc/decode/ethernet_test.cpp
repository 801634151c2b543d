// Ethernet II and 802.3, their trailer, and VLAN tags.
#include <gtest/gtest.h>

#include "shared/record/ethernet.hpp"
#include "shared/record/vlan.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::Ethernet;
using record::Vlan;

TEST(DecodeEthernet, GivesNoLayerForAnEmptyFrameAndCallsItMalformed) {
  const Decoded decoded{Bytes{}};
  EXPECT_EQ(decoded.chain(), "");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
  EXPECT_EQ(decoded.payload_length(), 0u);
}

TEST(DecodeEthernet, CallsEveryHeaderThatTheCaptureCutTruncated) {
  const Bytes frame = ethernet(0x0800, ipv4(6, tcp()));
  for (std::size_t size = 0; size < 14; ++size) {
    const Decoded decoded(cut(frame, size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
    EXPECT_EQ(decoded.payload_length(), size) << size;
  }
}

TEST(DecodeEthernet, CallsAFrameShorterThanItsHeaderMalformed) {
  const Decoded decoded(fill(13));
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeEthernet, ReadsAddressesAndType) {
  const Decoded decoded(hex("01 02 03 04 05 06  0a 0b 0c 0d 0e 0f  88 b5  aa bb cc"));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(hex_of(decoded.get<Ethernet>().dst), "01 02 03 04 05 06");
  EXPECT_EQ(hex_of(decoded.get<Ethernet>().src), "0a 0b 0c 0d 0e 0f");
  EXPECT_EQ(decoded.get<Ethernet>().type, 0x88b5);
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 0);
  EXPECT_EQ(decoded.faults(), 0);
  EXPECT_EQ(decoded.header().flags, record::kHasPayload);
  EXPECT_EQ(decoded.payload_length(), 3u);
}

TEST(DecodeEthernet, HasNoPayloadWhereTheFrameEndsWithTheHeader) {
  const Decoded decoded(ethernet(0x88b5, {}));
  EXPECT_EQ(decoded.header().flags, 0);
  EXPECT_EQ(decoded.payload_length(), 0u);
}

TEST(DecodeEthernet, CountsThePaddingOfAShortPacketAsTrailerAndNotAsPayload) {
  const Decoded decoded(ethernet(0x0800, ipv4(6, tcp())) + fill(6, 0));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.header().wire_length, 60u);
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 6);
  EXPECT_EQ(decoded.header().flags, 0);
  EXPECT_EQ(decoded.payload_length(), 0u);
}

TEST(DecodeEthernet, CountsOnlyWhatTheNetworkPacketLeavesOverAsTrailer) {
  // UDP leaves 4 bytes of its IPv4 packet over, IPv4 leaves 3 bytes of the frame over.
  const Bytes datagram = with(udp(1, 2, fill(8)), 5, 12);
  const Decoded decoded(ethernet(0x0800, ipv4(17, datagram)) + fill(3));
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 3);
  EXPECT_EQ(decoded.payload_length(), 4u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeEthernet, HasNoTrailerWhereTheCaptureCutThePacket) {
  const Decoded decoded(cut(ethernet(0x0800, ipv4(6, tcp({}, fill(100)))), 64), LinkType::kEthernet, 154);
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 0);
  EXPECT_EQ(decoded.payload_length(), 10u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeEthernet, SaturatesATrailerOfMoreThan65535Bytes) {
  const Decoded decoded(ethernet(0x0800, ipv4(6, tcp())) + fill(70000));
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 65535);
}

TEST(DecodeEthernet, TakesATypeUpTo1500ForALengthAndTheRestForPayloadAndTrailer) {
  const Decoded decoded(ethernet(38, fill(38)) + fill(8, 0));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.get<Ethernet>().type, 38);
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 8);
  EXPECT_EQ(decoded.payload_length(), 38u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeEthernet, CallsALengthBeyondTheFrameMalformed) {
  const Decoded decoded(ethernet(39, fill(38)));
  EXPECT_EQ(decoded.faults(), record::kMalformed);
  EXPECT_EQ(decoded.payload_length(), 38u);
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 0);
}

TEST(DecodeEthernet, TakesATypeBetween1501And1535ForNeitherLengthNorProtocol) {
  const Decoded decoded(ethernet(1501, fill(38)));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.payload_length(), 38u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeEthernet, RaisesAWireLengthThatIsLessThanWhatWasCaptured) {
  const Decoded decoded(ethernet(0x88b5, fill(6)), LinkType::kEthernet, 3);
  EXPECT_EQ(decoded.header().wire_length, 20u);
  EXPECT_EQ(decoded.header().captured_length, 20u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeVlan, ReadsPriorityDropBitIdAndType) {
  const Decoded decoded(ethernet(0x8100, vlan(0xb123, 0x0800, ipv4(6, tcp()))));
  EXPECT_EQ(decoded.chain(), "eth vlan ip tcp");
  EXPECT_EQ(decoded.get<Ethernet>().type, 0x8100);
  EXPECT_EQ(decoded.get<Vlan>().priority, 5);
  EXPECT_EQ(decoded.get<Vlan>().dei, 1);
  EXPECT_EQ(decoded.get<Vlan>().id, 0x123);
  EXPECT_EQ(decoded.get<Vlan>().type, 0x0800);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeVlan, ReadsStackedTagsInOrderWhateverTheirTpid) {
  const Decoded decoded(ethernet(0x88a8, vlan(1, 0x9100, vlan(2, 0x8100, vlan(3, 0x86dd, ipv6(59, {}))))));
  EXPECT_EQ(decoded.chain(), "eth vlan vlan vlan ipv6");
  EXPECT_EQ(decoded.get<Vlan>(0).id, 1);
  EXPECT_EQ(decoded.get<Vlan>(1).id, 2);
  EXPECT_EQ(decoded.get<Vlan>(2).id, 3);
}

TEST(DecodeVlan, CallsATagThatTheCaptureCutTruncated) {
  const Bytes frame = ethernet(0x8100, vlan(1, 0x0800, ipv4(6, tcp())));
  for (std::size_t size = 14; size < 18; ++size) {
    const Decoded decoded(cut(frame, size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeVlan, CallsATagBeyondTheEndOfTheFrameMalformed) {
  const Decoded decoded(ethernet(0x8100, hex("00 01 08")));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeVlan, TakesALengthBehindATagForALength) {
  const Decoded decoded(ethernet(0x8100, vlan(1, 30, fill(30))) + fill(16, 0));
  EXPECT_EQ(decoded.chain(), "eth vlan");
  EXPECT_EQ(decoded.get<Ethernet>().trailer_size, 16);
  EXPECT_EQ(decoded.payload_length(), 30u);
}

TEST(DecodeVlan, StopsInANineKilobyteFrameOfNestedTagsAndSaysThatItDid) {
  Bytes tags;
  while (tags.size() < 9000) tags = tags + hex("00 07 81 00");
  const Decoded decoded(ethernet(0x8100, tags));
  EXPECT_EQ(decoded.header().layer_count, record::kMaxLayers);
  EXPECT_EQ(decoded.faults(), record::kLimited);
  EXPECT_EQ(decoded.payload_length(), 9000u - 4 * (record::kMaxLayers - 1));
}

}  // namespace
}  // namespace pktferry::decode::test
