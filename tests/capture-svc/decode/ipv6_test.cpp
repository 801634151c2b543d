#include <gtest/gtest.h>

#include "shared/record/ethernet.hpp"
#include "shared/record/ipv6.hpp"
#include "shared/record/tcp.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::Ipv6;
using record::Ipv6Extension;

Bytes frame_of(const Bytes& packet) {
  return ethernet(0x86dd, packet);
}

TEST(DecodeIpv6, ReadsEveryField) {
  Bytes packet = ipv6(59, fill(8));
  packet = with(with(with(with(packet, 0, 0x6b), 1, 0x9a), 2, 0xbc), 3, 0xde);
  const Decoded decoded(frame_of(packet));
  EXPECT_EQ(decoded.chain(), "eth ipv6");
  const auto& ip = decoded.get<Ipv6>();
  EXPECT_EQ(ip.version, 6);
  EXPECT_EQ(ip.traffic_class, 0xb9);
  EXPECT_EQ(ip.flow_label, 0xabcdeu);
  EXPECT_EQ(ip.payload_length, 8);
  EXPECT_EQ(ip.next_header, 59);
  EXPECT_EQ(ip.hop_limit, 64);
  EXPECT_EQ(hex_of(ip.src), "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01");
  EXPECT_EQ(hex_of(ip.dst), "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02");
  EXPECT_EQ(decoded.payload_length(), 8u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, CallsAHeaderThatTheCaptureCutTruncated) {
  const Bytes frame = frame_of(ipv6(6, tcp()));
  for (std::size_t size = 14; size < 54; ++size) {
    const Decoded decoded(cut(frame, size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeIpv6, GivesNoBlockForAnotherVersion) {
  const Decoded decoded(frame_of(with(ipv6(6, tcp()), 0, 0x40)));
  EXPECT_EQ(decoded.chain(), "eth");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeIpv6, BoundsThePayloadByItsLengthAndCallsTheRestTrailer) {
  const Decoded decoded(frame_of(ipv6(6, tcp({}, fill(2)))) + fill(4, 0));
  EXPECT_EQ(decoded.chain(), "eth ipv6 tcp");
  EXPECT_EQ(decoded.get<record::Ethernet>().trailer_size, 4);
  EXPECT_EQ(decoded.payload_length(), 2u);
  EXPECT_EQ(decoded.get<record::Tcp>().segment_length, 2u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, FlagsALengthBeyondTheFrameAndDecodesTheBytesThereAre) {
  const Decoded decoded(frame_of(with(ipv6(6, tcp()), 5, 21)));
  EXPECT_EQ(decoded.chain(), "eth ipv6 tcp");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeIpv6, TakesALengthOfZeroInALargePacketForAJumbogramOrSegmentationOffload) {
  Bytes packet = ipv6(6, tcp({}, fill(3000)));
  packet = with(with(packet, 4, 0), 5, 0);
  const Decoded decoded(frame_of(packet));
  EXPECT_EQ(decoded.chain(), "eth ipv6 tcp");
  EXPECT_EQ(decoded.get<record::Tcp>().segment_length, 3000u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, TakesALengthOfZeroInASmallPacketAtItsWord) {
  const Decoded decoded(frame_of(with(ipv6(59, fill(6)), 5, 0)));
  EXPECT_EQ(decoded.chain(), "eth ipv6");
  EXPECT_EQ(decoded.get<record::Ethernet>().trailer_size, 6);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, ReadsItsExtensionHeadersInOrder) {
  const Bytes extensions =
      hex("2b 00 05 02 00 00 00 00") +                                                    // hop-by-hop
      hex("33 02 04 01 00 00 00 00  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00") +  // routing
      hex("3c 04 00 00 00 00 00 01 00 00 00 02  11 22 33 44 55 66 77 88 99 aa bb cc") +   // AH
      hex("87 00 01 04 00 00 00 00") +                                                    // destination options
      hex("06 00 05 00 12 34 00 00");                                                     // mobility
  const Decoded decoded(frame_of(ipv6(0, extensions + tcp())));
  EXPECT_EQ(decoded.chain(), "eth ipv6 ext ext ext ext ext tcp");
  const unsigned protocols[] = {0, 43, 51, 60, 135};
  const unsigned nexts[] = {43, 51, 60, 135, 6};
  const unsigned lengths[] = {8, 24, 24, 8, 8};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(decoded.get<Ipv6Extension>(i).protocol, protocols[i]);
    EXPECT_EQ(decoded.get<Ipv6Extension>(i).next_header, nexts[i]);
    EXPECT_EQ(decoded.get<Ipv6Extension>(i).length, lengths[i]);
  }
  EXPECT_EQ(decoded.get<Ipv6Extension>(1).routing_type, 4);
  EXPECT_EQ(decoded.get<Ipv6Extension>(1).segments_left, 1);
  EXPECT_EQ(decoded.get<record::Ipv6>().next_header, 0);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, ReadsTheTransportHeaderOfAFirstFragment) {
  const Decoded decoded(frame_of(ipv6(44, hex("11 00 00 01 de ad be ef") + cut(udp(1, 2, fill(3000)), 1400))));
  EXPECT_EQ(decoded.chain(), "eth ipv6 ext udp");
  const auto& fragment = decoded.get<Ipv6Extension>();
  EXPECT_EQ(fragment.protocol, 44);
  EXPECT_EQ(fragment.fragment_offset, 0);
  EXPECT_EQ(fragment.more_fragments, 1);
  EXPECT_EQ(fragment.fragment_id, 0xdeadbeefu);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, TakesALaterFragmentForPayload) {
  const Decoded decoded(frame_of(ipv6(44, hex("11 00 05 a9 de ad be ef") + fill(60))));
  EXPECT_EQ(decoded.chain(), "eth ipv6 ext");
  EXPECT_EQ(decoded.get<Ipv6Extension>().fragment_offset, 181);
  EXPECT_EQ(decoded.get<Ipv6Extension>().more_fragments, 1);
  EXPECT_EQ(decoded.payload_length(), 60u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIpv6, FlagsAnExtensionHeaderBeyondThePacket) {
  const Decoded decoded(frame_of(ipv6(0, hex("06 ff 05 02 00 00 00 00") + tcp())));
  EXPECT_EQ(decoded.chain(), "eth ipv6 ext");
  EXPECT_EQ(decoded.get<Ipv6Extension>().length, 2048);
  EXPECT_EQ(decoded.faults(), record::kMalformed);
  EXPECT_EQ(decoded.payload_length(), 0u);
}

TEST(DecodeIpv6, CallsAnExtensionHeaderThatTheCaptureCutTruncated) {
  const Bytes frame = frame_of(ipv6(0, hex("06 01 05 02 00 00 00 00 00 00 00 00 00 00 00 00") + tcp()));
  for (std::size_t size = 54; size < 70; ++size) {
    const Decoded decoded(cut(frame, size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), size < 62 ? "eth ipv6" : "eth ipv6 ext") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeIpv6, FollowsEightExtensionHeadersAndNoNinth) {
  Bytes extensions;
  for (int i = 0; i < 7; ++i) extensions = extensions + hex("3c 00 01 04 00 00 00 00");
  const Decoded eight(frame_of(ipv6(60, extensions + hex("06 00 01 04 00 00 00 00") + tcp())));
  EXPECT_EQ(eight.chain(), "eth ipv6 ext ext ext ext ext ext ext ext tcp");
  EXPECT_EQ(eight.faults(), 0);

  const Decoded nine(frame_of(ipv6(60, extensions + hex("3c 00 01 04 00 00 00 00  06 00 01 04 00 00 00 00") + tcp())));
  EXPECT_EQ(nine.chain(), "eth ipv6 ext ext ext ext ext ext ext ext");
  EXPECT_EQ(nine.faults(), record::kLimited);
  EXPECT_EQ(nine.payload_length(), 28u);
}

TEST(DecodeIpv6, TakesWhatIsEncryptedForPayload) {
  const Decoded decoded(frame_of(ipv6(50, fill(32))));
  EXPECT_EQ(decoded.chain(), "eth ipv6");
  EXPECT_EQ(decoded.payload_length(), 32u);
  EXPECT_EQ(decoded.faults(), 0);
}

}  // namespace
}  // namespace pktferry::decode::test
