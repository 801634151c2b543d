#include <gtest/gtest.h>

#include "shared/record/ethernet.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/tcp.hpp"
#include "shared/record/udp.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::Ipv4;

// Record Route with one free slot, then NOP; 8 bytes.
const Bytes kRecordRoute = hex("07 07 04 00 00 00 00 01");

Bytes ipv4_with_options(const Bytes& options, const Bytes& behind) {
  const std::size_t words = 5 + options.size() / 4;
  Bytes header = cut(ipv4(6, {}), 20);
  header = with(header, 0, static_cast<unsigned>(0x40 | words));
  header = with(header, 3, static_cast<unsigned>(20 + options.size() + behind.size()));
  return header + options + behind;
}

TEST(DecodeIpv4, ReadsEveryField) {
  const Decoded decoded(
      ethernet(0x0800, hex("45 b9 00 1c  ab cd 60 00  3f fd de ad  c0 a8 01 02  08 08 04 04") + fill(8)));
  EXPECT_EQ(decoded.chain(), "eth ip");
  const auto& ip = decoded.get<Ipv4>();
  EXPECT_EQ(ip.version, 4);
  EXPECT_EQ(ip.header_words, 5);
  EXPECT_EQ(ip.tos, 0xb9);
  EXPECT_EQ(ip.total_length, 28);
  EXPECT_EQ(ip.id, 0xabcd);
  EXPECT_EQ(ip.fragment, 0x6000);
  EXPECT_EQ(ip.ttl, 63);
  EXPECT_EQ(ip.protocol, 253);
  EXPECT_EQ(ip.checksum, 0xdead);
  EXPECT_EQ(hex_of(ip.src), "c0 a8 01 02");
  EXPECT_EQ(hex_of(ip.dst), "08 08 04 04");
  EXPECT_EQ(ip.option_count, 0);
  EXPECT_EQ(decoded.payload_length(), 8u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv4, AcceptsAPacketThatEndsWithItsHeader) {
  const Decoded decoded(ethernet(0x0800, ipv4(253, {})));
  EXPECT_EQ(decoded.chain(), "eth ip");
  EXPECT_EQ(decoded.header().flags, 0);
}

TEST(DecodeIpv4, CallsAHeaderThatTheCaptureCutTruncated) {
  const Bytes packet = ipv4_with_options(kRecordRoute, tcp());
  for (std::size_t size = 0; size < 28; ++size) {
    const Decoded decoded(ethernet(0x0800, cut(packet, size)), LinkType::kEthernet, 62);
    EXPECT_EQ(decoded.chain(), size < 20 ? "eth" : "eth ip") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
    EXPECT_EQ(decoded.payload_length(), size < 20 ? size : 0u) << size;
  }
}

TEST(DecodeIpv4, CallsAHeaderBeyondTheEndOfTheFrameMalformed) {
  const Decoded decoded(ethernet(0x0800, cut(ipv4(6, tcp()), 19)));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeIpv4, GivesNoBlockForAnotherVersion) {
  const Decoded decoded(ethernet(0x0800, with(ipv4(6, tcp()), 0, 0x65)));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
  EXPECT_EQ(decoded.payload_length(), 40u);
}

TEST(DecodeIpv4, StopsBehindAHeaderThatIsShorterThanItself) {
  for (unsigned words = 0; words < 5; ++words) {
    const Decoded decoded(ethernet(0x0800, with(ipv4(6, tcp()), 0, 0x40 | words)));
    EXPECT_EQ(decoded.chain(), "eth ip") << words;
    EXPECT_EQ(decoded.get<Ipv4>().header_words, words);
    EXPECT_EQ(decoded.faults(), record::kMalformed) << words;
  }
}

TEST(DecodeIpv4, StopsWhereTheTotalLengthIsLessThanTheHeader) {
  for (unsigned length = 0; length < 20; ++length) {
    const Decoded decoded(ethernet(0x0800, with(ipv4(6, tcp()), 3, length)));
    EXPECT_EQ(decoded.chain(), "eth ip") << length;
    EXPECT_EQ(decoded.get<Ipv4>().total_length, length);
    EXPECT_EQ(decoded.faults(), record::kMalformed) << length;
  }
}

TEST(DecodeIpv4, StopsWhereTheHeaderLengthIsBeyondTheTotalLength) {
  const Decoded decoded(ethernet(0x0800, with(ipv4(6, tcp()), 0, 0x4b)));
  EXPECT_EQ(decoded.chain(), "eth ip");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeIpv4, FlagsATotalLengthBeyondTheFrameAndDecodesTheBytesThereAre) {
  const Decoded decoded(ethernet(0x0800, with(ipv4(6, tcp({}, fill(5))), 3, 200)));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
  EXPECT_EQ(decoded.payload_length(), 5u);
  EXPECT_EQ(decoded.get<record::Tcp>().segment_length, 5u);
}

TEST(DecodeIpv4, TakesATotalLengthOfZeroInALargePacketForSegmentationOffload) {
  Bytes packet = ipv4(6, tcp({}, fill(3000)));
  packet = with(with(packet, 2, 0), 3, 0);
  const Decoded decoded(ethernet(0x0800, packet));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.get<Ipv4>().total_length, 0);
  EXPECT_EQ(decoded.get<record::Tcp>().segment_length, 3000u);
  EXPECT_EQ(decoded.get<record::Ethernet>().trailer_size, 0);
  EXPECT_EQ(decoded.faults(), 0);

  const Decoded shortened(cut(ethernet(0x0800, packet), 96), LinkType::kEthernet, 3054);
  EXPECT_EQ(shortened.get<record::Tcp>().segment_length, 3000u);
  EXPECT_EQ(shortened.faults(), 0);
}

TEST(DecodeIpv4, ListsItsOptionsInOrder) {
  const Decoded decoded(ethernet(0x0800, ipv4_with_options(kRecordRoute + hex("94 04 00 00"), tcp())));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.get<Ipv4>().header_words, 8);
  EXPECT_EQ(hex_of(decoded.tail<Ipv4>()), "07 01 94");
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv4, StopsListingOptionsAtTheEndOfTheList) {
  const Decoded decoded(ethernet(0x0800, ipv4_with_options(hex("01 00 ff ff"), tcp())));
  EXPECT_EQ(hex_of(decoded.tail<Ipv4>()), "01 00");
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv4, HoldsFortyOptionsOfOneByte) {
  const Decoded decoded(ethernet(0x0800, ipv4_with_options(fill(40, 1), tcp())));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.get<Ipv4>().option_count, 40);
  EXPECT_EQ(hex_of(decoded.tail<Ipv4>()), hex_of(fill(40, 1)));
}

TEST(DecodeIpv4, FlagsAnOptionOfBadLengthAndGoesOnBehindTheHeader) {
  for (const char* options : {"07 00 00 00", "07 01 00 00", "07 05 00 00", "01 01 01 07"}) {
    const Decoded decoded(ethernet(0x0800, ipv4_with_options(hex(options), tcp())));
    EXPECT_EQ(decoded.chain(), "eth ip tcp") << options;
    EXPECT_EQ(decoded.faults(), record::kMalformed) << options;
  }
}

TEST(DecodeIpv4, DoesNotBlameAnOptionForTheCutOfTheCapture) {
  const Bytes frame = ethernet(0x0800, ipv4_with_options(kRecordRoute, tcp()));
  const Decoded decoded(cut(frame, 14 + 24), LinkType::kEthernet, frame.size());
  EXPECT_EQ(decoded.chain(), "eth ip");
  EXPECT_EQ(decoded.get<Ipv4>().option_count, 0);
  EXPECT_EQ(decoded.faults(), record::kTruncated);
}

TEST(DecodeIpv4, ReadsTheTransportHeaderOfAFirstFragment) {
  const Decoded decoded(ethernet(0x0800, ipv4(17, cut(udp(1, 2, fill(3000)), 1480), 0x2000)));
  EXPECT_EQ(decoded.chain(), "eth ip udp");
  EXPECT_EQ(decoded.get<record::Udp>().length, 3008);
  EXPECT_EQ(decoded.payload_length(), 1472u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv4, TakesALaterFragmentForPayload) {
  const Decoded decoded(ethernet(0x0800, ipv4(17, fill(100), 0x20b9)));
  EXPECT_EQ(decoded.chain(), "eth ip");
  EXPECT_EQ(decoded.get<Ipv4>().fragment, 0x20b9);
  EXPECT_EQ(decoded.payload_length(), 100u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv4, FlagsAFirstFragmentTooSmallForItsTcpHeader) {
  const Decoded decoded(ethernet(0x0800, ipv4(6, cut(tcp(), 8), 0x2000)));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.get<record::Tcp>().present, 0);
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

}  // namespace
}  // namespace pktferry::decode::test
