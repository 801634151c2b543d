#include <gtest/gtest.h>

#include "shared/record/tcp.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

#include <cstring>

namespace pktferry::decode::test {
namespace {

using record::Tcp;

Bytes frame_of(const Bytes& segment) {
  return ethernet(0x0800, ipv4(6, segment));
}

std::string kinds_of(const Decoded& decoded) {
  return hex_of(decoded.tail<Tcp>().subspan(decoded.get<Tcp>().sack_count * 8u));
}

TEST(DecodeTcp, ReadsEveryField) {
  const Decoded decoded(frame_of(hex("c0 01 01 bb  01 02 03 04  05 06 07 08  5f ff  fa f0  ca fe  00 09") + fill(7)));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  const auto& tcp = decoded.get<Tcp>();
  EXPECT_EQ(tcp.src_port, 0xc001);
  EXPECT_EQ(tcp.dst_port, 443);
  EXPECT_EQ(tcp.sequence, 0x01020304u);
  EXPECT_EQ(tcp.acknowledgment, 0x05060708u);
  EXPECT_EQ(tcp.header_words, 5);
  EXPECT_EQ(tcp.flags, 0x0fff);
  EXPECT_EQ(tcp.window, 0xfaf0);
  EXPECT_EQ(tcp.checksum, 0xcafe);
  EXPECT_EQ(tcp.urgent_pointer, 9);
  EXPECT_EQ(tcp.segment_length, 7u);
  EXPECT_EQ(tcp.present, Tcp::kWholeHeader);
  EXPECT_EQ(tcp.option_count, 0);
  EXPECT_EQ(tcp.sack_count, 0);
  EXPECT_EQ(decoded.payload_length(), 7u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeTcp, GivesPortsAndSequenceNumberOfAHeaderThatTheCaptureCut) {
  const Bytes frame = frame_of(tcp());
  for (std::size_t size = 0; size < 20; ++size) {
    const Decoded decoded(cut(frame, 34 + size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
    if (size < 8) {
      EXPECT_EQ(decoded.chain(), "eth ip") << size;
      continue;
    }
    EXPECT_EQ(decoded.chain(), "eth ip tcp") << size;
    EXPECT_EQ(decoded.get<Tcp>().src_port, 40000);
    EXPECT_EQ(decoded.get<Tcp>().dst_port, 443);
    EXPECT_EQ(decoded.get<Tcp>().sequence, 0x1000u);
    EXPECT_EQ(decoded.get<Tcp>().acknowledgment, 0u);
    EXPECT_EQ(decoded.get<Tcp>().present, 0);
    EXPECT_EQ(decoded.payload_length(), 0u);
  }
}

TEST(DecodeTcp, CallsAHeaderBeyondTheEndOfThePacketMalformed) {
  const Decoded decoded(frame_of(cut(tcp(), 12)) + fill(14, 0));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.get<Tcp>().present, 0);
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeTcp, StopsAtADataOffsetShorterThanTheHeader) {
  for (unsigned words = 0; words < 5; ++words) {
    const Decoded decoded(frame_of(with(tcp({}, fill(4)), 12, words << 4)));
    EXPECT_EQ(decoded.chain(), "eth ip tcp") << words;
    EXPECT_EQ(decoded.get<Tcp>().header_words, words);
    EXPECT_EQ(decoded.get<Tcp>().dst_port, 443);
    EXPECT_EQ(decoded.faults(), record::kMalformed) << words;
  }
}

TEST(DecodeTcp, CallsADataOffsetBeyondTheSegmentMalformed) {
  const Decoded decoded(frame_of(with(tcp({}, fill(4)), 12, 0xf0)));
  EXPECT_EQ(decoded.chain(), "eth ip tcp");
  EXPECT_EQ(decoded.get<Tcp>().header_words, 15);
  EXPECT_EQ(decoded.get<Tcp>().option_count, 0);
  EXPECT_EQ(decoded.get<Tcp>().segment_length, 0u);
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeTcp, ReadsTheOptionsOfASyn) {
  const Decoded decoded(frame_of(tcp(hex("02 04 05 b4  04 02  08 0a 00 00 10 01 00 00 20 02  01  03 03 07"))));
  const auto& tcp = decoded.get<Tcp>();
  EXPECT_EQ(tcp.header_words, 10);
  EXPECT_EQ(tcp.present, Tcp::kWholeHeader | Tcp::kMss | Tcp::kWindowScale | Tcp::kSackPermitted | Tcp::kTimestamps);
  EXPECT_EQ(tcp.mss, 1460);
  EXPECT_EQ(tcp.window_scale, 7);
  EXPECT_EQ(tcp.timestamp_value, 0x1001u);
  EXPECT_EQ(tcp.timestamp_echo, 0x2002u);
  EXPECT_EQ(kinds_of(decoded), "02 04 08 01 03");
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeTcp, ReadsUpToFourSackBlocksWithTheirEdges) {
  const Decoded decoded(frame_of(tcp(hex("01 01 05 22") + hex("00 00 00 01 00 00 00 02  00 00 00 03 00 00 00 04") +
                                     hex("00 00 00 05 00 00 00 06  00 00 00 07 00 00 00 08"))));
  const auto& tcp = decoded.get<Tcp>();
  ASSERT_EQ(tcp.sack_count, 4);
  std::uint32_t edges[8];
  std::memcpy(edges, decoded.tail<Tcp>().data(), sizeof edges);
  for (std::uint32_t i = 0; i < 8; ++i) EXPECT_EQ(edges[i], i + 1);
  EXPECT_EQ(kinds_of(decoded), "01 01 05");
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeTcp, StopsListingOptionsAtTheEndOfTheList) {
  const Decoded decoded(frame_of(tcp(hex("01 00 02 04"))));
  EXPECT_EQ(kinds_of(decoded), "01 00");
  EXPECT_EQ(decoded.get<Tcp>().present, Tcp::kWholeHeader);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeTcp, HoldsFortyOptionsOfOneByte) {
  const Decoded decoded(frame_of(tcp(fill(40, 1))));
  EXPECT_EQ(decoded.get<Tcp>().option_count, 40);
  EXPECT_EQ(kinds_of(decoded), hex_of(fill(40, 1)));
}

TEST(DecodeTcp, ListsOptionsThatItDoesNotKnow) {
  const Decoded decoded(frame_of(tcp(hex("fd 04 f9 89  22 02 01 01"))));
  EXPECT_EQ(kinds_of(decoded), "fd 22 01 01");
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeTcp, TakesTheLastOfAnOptionThatComesTwiceAsReceiversDo) {
  const Decoded decoded(frame_of(tcp(hex("02 04 05 b4 02 04 02 18"))));
  EXPECT_EQ(decoded.get<Tcp>().mss, 536);
}

TEST(DecodeTcp, StopsListingOptionsAtABadLengthAndKeepsThoseBefore) {
  // No length, a length of 0 and 1, beyond the header, and lengths that the kind does not have.
  for (const char* bad : {"01 01 01 02", "02 00 05 b4", "02 01 05 b4", "08 0a 00 00", "02 03 05 01", "03 04 07 07",
                          "04 03 00 01", "05 02 01 01", "05 04 00 00", "08 04 00 00"}) {
    const Decoded decoded(frame_of(tcp(hex("02 04 05 b4") + hex(bad), fill(3))));
    EXPECT_EQ(decoded.chain(), "eth ip tcp") << bad;
    EXPECT_EQ(decoded.faults(), record::kMalformed) << bad;
    EXPECT_EQ(decoded.get<Tcp>().mss, 1460) << bad;
    EXPECT_EQ(decoded.get<Tcp>().sack_count, 0) << bad;
    EXPECT_EQ(decoded.payload_length(), 3u) << bad;
  }
}

TEST(DecodeTcp, ReadsTheOptionsInFrontOfTheCutOfTheCapture) {
  const Bytes frame = frame_of(tcp(hex("02 04 05 b4  08 0a 00 00 10 01 00 00 20 02  01 01"), fill(9)));
  for (std::size_t size = 20; size < 36; ++size) {
    const Decoded decoded(cut(frame, 34 + size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth ip tcp") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
    EXPECT_EQ(decoded.get<Tcp>().present & Tcp::kWholeHeader, Tcp::kWholeHeader) << size;
    EXPECT_EQ((decoded.get<Tcp>().present & Tcp::kMss) != 0, size >= 24) << size;
    EXPECT_EQ(decoded.get<Tcp>().segment_length, 9u) << size;
  }
}

TEST(DecodeTcp, TellsTheSegmentsLengthWhereTheCaptureCutIt) {
  const Bytes frame = frame_of(tcp({}, fill(1000)));
  const Decoded decoded(cut(frame, 96), LinkType::kEthernet, frame.size());
  EXPECT_EQ(decoded.get<Tcp>().segment_length, 1000u);
  EXPECT_EQ(decoded.payload_length(), 42u);
  EXPECT_EQ(decoded.faults(), 0);
}

}  // namespace
}  // namespace pktferry::decode::test
