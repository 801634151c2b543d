#include <gtest/gtest.h>

#include "shared/record/udp.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::Udp;

Bytes frame_of(const Bytes& datagram) {
  return ethernet(0x0800, ipv4(17, datagram));
}

TEST(DecodeUdp, ReadsEveryField) {
  const Decoded decoded(frame_of(hex("30 39 d4 31 00 0b ca fe") + fill(3)));
  EXPECT_EQ(decoded.chain(), "eth ip udp");
  EXPECT_EQ(decoded.get<Udp>().src_port, 12345);
  EXPECT_EQ(decoded.get<Udp>().dst_port, 54321);
  EXPECT_EQ(decoded.get<Udp>().length, 11);
  EXPECT_EQ(decoded.get<Udp>().checksum, 0xcafe);
  EXPECT_EQ(decoded.payload_length(), 3u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeUdp, CallsAHeaderThatTheCaptureCutTruncated) {
  const Bytes frame = frame_of(udp(1, 2, fill(3)));
  for (std::size_t size = 0; size < 8; ++size) {
    const Decoded decoded(cut(frame, 34 + size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth ip") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeUdp, CallsAHeaderBeyondTheEndOfThePacketMalformed) {
  const Decoded decoded(frame_of(hex("30 39 d4 31 00 0b ca")) + fill(20, 0));
  EXPECT_EQ(decoded.chain(), "eth ip");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeUdp, StopsAtALengthShorterThanTheHeader) {
  for (unsigned length = 0; length < 8; ++length) {
    const Decoded decoded(frame_of(with(udp(1, 53, dns(0, 0, 0, {})), 5, length)));
    EXPECT_EQ(decoded.chain(), "eth ip udp") << length;
    EXPECT_EQ(decoded.faults(), record::kMalformed) << length;
    EXPECT_EQ(decoded.payload_length(), 12u) << length;
  }
}

TEST(DecodeUdp, TakesALengthOfZeroInMoreThan65535BytesForTheRestOfThePacket) {
  const Bytes datagram = with(with(udp(1, 2, fill(66000)), 4, 0), 5, 0);
  const Bytes packet = with(with(ipv6(17, datagram), 4, 0), 5, 0);
  const Decoded decoded(cut(ethernet(0x86dd, packet), 200), LinkType::kEthernet, 14 + packet.size());
  EXPECT_EQ(decoded.chain(), "eth ipv6 udp");
  EXPECT_EQ(decoded.get<Udp>().length, 0);
  EXPECT_EQ(decoded.payload_length(), 138u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeUdp, FlagsALengthBeyondThePacketAndDecodesTheBytesThereAre) {
  const Decoded decoded(frame_of(with(udp(1, 53, dns(0, 0, 0, {})), 5, 200)));
  EXPECT_EQ(decoded.chain(), "eth ip udp dns");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeUdp, BoundsThePayloadByItsOwnLength) {
  const Decoded decoded(frame_of(with(udp(1, 2, fill(10)), 5, 12)));
  EXPECT_EQ(decoded.payload_length(), 4u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeUdp, FindsDnsByEitherPort) {
  EXPECT_EQ(Decoded(frame_of(udp(40000, 53, dns(0, 0, 0, {})))).chain(), "eth ip udp dns");
  EXPECT_EQ(Decoded(frame_of(udp(53, 40000, dns(0x8000, 0, 0, {})))).chain(), "eth ip udp dns");
  EXPECT_EQ(Decoded(frame_of(udp(54, 40000, dns(0, 0, 0, {})))).chain(), "eth ip udp");
}

TEST(DecodeUdp, ExpectsNoDnsInAnEmptyDatagram) {
  const Decoded decoded(frame_of(udp(40000, 53, {})));
  EXPECT_EQ(decoded.chain(), "eth ip udp");
  EXPECT_EQ(decoded.header().flags, 0);
}

}  // namespace
}  // namespace pktferry::decode::test
