// ICMP and ICMPv6, and the packets that their errors quote.
#include <gtest/gtest.h>

#include "shared/record/icmp.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/tcp.hpp"
#include "shared/record/udp.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

namespace pktferry::decode::test {
namespace {

using record::Icmp;
using record::Icmpv6;

Bytes icmp_frame(const Bytes& message) {
  return ethernet(0x0800, ipv4(1, message));
}
Bytes icmpv6_frame(const Bytes& message) {
  return ethernet(0x86dd, ipv6(58, message));
}

const Bytes kUnreachable = hex("03 01 be ef 00 00 00 00");
const Bytes kUnreachable6 = hex("01 04 be ef 00 00 00 00");
const Bytes kAddress = hex("fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 09");

TEST(DecodeIcmp, ReadsAnEcho) {
  for (const unsigned type : {0u, 8u, 13u, 14u, 15u, 16u, 17u, 18u}) {
    const Decoded decoded(icmp_frame(with(hex("00 00 ca fe 12 34 00 07") + fill(4), 0, type)));
    EXPECT_EQ(decoded.chain(), "eth ip icmp");
    EXPECT_EQ(decoded.get<Icmp>().type, type);
    EXPECT_EQ(decoded.get<Icmp>().code, 0);
    EXPECT_EQ(decoded.get<Icmp>().checksum, 0xcafe);
    EXPECT_EQ(decoded.get<Icmp>().present, Icmp::kEcho);
    EXPECT_EQ(decoded.get<Icmp>().identifier, 0x1234);
    EXPECT_EQ(decoded.get<Icmp>().sequence, 7);
    EXPECT_EQ(decoded.payload_length(), 4u);
    EXPECT_EQ(decoded.faults(), 0);
  }
}

TEST(DecodeIcmp, CallsAHeaderThatTheCaptureCutTruncated) {
  const Bytes frame = icmp_frame(hex("08 00 ca fe 12 34 00 07"));
  for (std::size_t size = 0; size < 8; ++size) {
    const Decoded decoded(cut(frame, 34 + size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth ip") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeIcmp, CallsAMessageOfLessThanEightBytesMalformed) {
  EXPECT_EQ(Decoded(icmp_frame(hex("08 00 ca fe 12 34 00"))).faults(), record::kMalformed);
}

TEST(DecodeIcmp, ReadsTheMtuOfFragmentationNeededAndTheGatewayOfARedirect) {
  const Decoded needed(icmp_frame(hex("03 04 00 00 00 00 05 78") + ipv4(17, udp(1, 2, {}))));
  EXPECT_EQ(needed.get<Icmp>().present, Icmp::kMtu);
  EXPECT_EQ(needed.get<Icmp>().mtu, 1400);
  const Decoded redirect(icmp_frame(hex("05 01 00 00 0a 00 00 fe") + ipv4(17, udp(1, 2, {}))));
  EXPECT_EQ(redirect.get<Icmp>().present, Icmp::kGateway);
  EXPECT_EQ(hex_of(redirect.get<Icmp>().gateway), "0a 00 00 fe");
  EXPECT_EQ(redirect.chain(), "eth ip icmp (ip udp)");
}

TEST(DecodeIcmp, DecodesTheQuotedPacketInAScopeOfItsOwn) {
  const Decoded decoded(icmp_frame(kUnreachable + ipv4(17, udp(40000, 53, fill(20)))));
  EXPECT_EQ(decoded.chain(), "eth ip icmp (ip udp)");
  EXPECT_EQ(decoded.layers()[2].scope(), 0);
  EXPECT_EQ(decoded.layers()[3].scope(), record::kQuotedScope);
  EXPECT_EQ(decoded.layers()[4].scope(), record::kQuotedScope);
  EXPECT_EQ(decoded.get<record::Udp>().dst_port, 53);
  EXPECT_EQ(decoded.payload_length(), 20u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIcmp, FindsNoFaultInAQuotationWhereverItEnds) {
  const Bytes quoted = ipv4(6, tcp(hex("02 04 05 b4"), fill(900)));
  for (std::size_t size = 0; size < 60; ++size) {
    const Decoded decoded(icmp_frame(kUnreachable + cut(quoted, size)));
    EXPECT_EQ(decoded.faults(), 0) << size;
    EXPECT_EQ(decoded.chain(), size < 20   ? "eth ip icmp"
                               : size < 28 ? "eth ip icmp (ip)"
                                           : "eth ip icmp (ip tcp)")
        << size;
    if (size >= 28) {
      EXPECT_EQ(decoded.get<record::Tcp>().sequence, 0x1000u);
      EXPECT_EQ(decoded.get<record::Tcp>().present & record::Tcp::kWholeHeader, size >= 40);
    }
    if (size >= 40) {
      EXPECT_EQ(decoded.get<record::Tcp>().segment_length, 900u);
    }
  }
}

TEST(DecodeIcmp, FindsNoFaultInAQuotationThatTheCaptureCut) {
  const Bytes frame = icmp_frame(kUnreachable + ipv4(6, tcp({}, fill(100))));
  for (std::size_t size = 42; size < frame.size(); ++size) {
    EXPECT_EQ(Decoded(cut(frame, size), LinkType::kEthernet, frame.size()).faults(), 0) << size;
  }
}

TEST(DecodeIcmp, FlagsAQuotationThatIsNoIpPacket) {
  const Decoded decoded(icmp_frame(kUnreachable + fill(28, 0x99)));
  EXPECT_EQ(decoded.chain(), "eth ip icmp");
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeIcmp, FollowsNoQuotationWithinAQuotation) {
  const Decoded decoded(icmp_frame(kUnreachable + ipv4(1, kUnreachable + ipv4(17, udp(1, 2, {})))));
  EXPECT_EQ(decoded.chain(), "eth ip icmp (ip icmp)");
  EXPECT_EQ(decoded.payload_length(), 28u);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIcmp, DecodesAnErrorWithoutQuotation) {
  const Decoded decoded(icmp_frame(kUnreachable));
  EXPECT_EQ(decoded.chain(), "eth ip icmp");
  EXPECT_EQ(decoded.header().flags, 0);
}

TEST(DecodeIcmpv6, ReadsAnEcho) {
  for (const unsigned type : {128u, 129u}) {
    const Decoded decoded(icmpv6_frame(with(hex("00 00 ca fe 12 34 00 07") + fill(4), 0, type)));
    EXPECT_EQ(decoded.chain(), "eth ipv6 icmpv6");
    EXPECT_EQ(decoded.get<Icmpv6>().type, type);
    EXPECT_EQ(decoded.get<Icmpv6>().checksum, 0xcafe);
    EXPECT_EQ(decoded.get<Icmpv6>().present, Icmpv6::kEcho);
    EXPECT_EQ(decoded.get<Icmpv6>().identifier, 0x1234);
    EXPECT_EQ(decoded.get<Icmpv6>().sequence, 7);
    EXPECT_EQ(decoded.payload_length(), 4u);
    EXPECT_EQ(decoded.faults(), 0);
  }
}

TEST(DecodeIcmpv6, CallsAHeaderThatTheCaptureCutTruncated) {
  const Bytes frame = icmpv6_frame(hex("80 00 ca fe 12 34 00 07"));
  for (std::size_t size = 0; size < 8; ++size) {
    const Decoded decoded(cut(frame, 54 + size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth ipv6") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeIcmpv6, ReadsTheMtuOfPacketTooBigAndTheQuotedPacket) {
  const Decoded decoded(icmpv6_frame(hex("02 00 00 00 00 00 05 00") + cut(ipv6(6, tcp({}, fill(2000))), 48)));
  EXPECT_EQ(decoded.chain(), "eth ipv6 icmpv6 (ipv6 tcp)");
  EXPECT_EQ(decoded.get<Icmpv6>().present, Icmpv6::kMtu);
  EXPECT_EQ(decoded.get<Icmpv6>().mtu, 1280u);
  EXPECT_EQ(decoded.get<record::Tcp>().dst_port, 443);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIcmpv6, FindsNoFaultInAQuotationWhereverItEnds) {
  const Bytes quoted = ipv6(0, hex("11 00 01 04 00 00 00 00") + udp(1, 2, fill(900)));
  for (std::size_t size = 0; size < 80; ++size) {
    EXPECT_EQ(Decoded(icmpv6_frame(kUnreachable6 + cut(quoted, size))).faults(), 0) << size;
  }
  EXPECT_EQ(Decoded(icmpv6_frame(kUnreachable6 + cut(quoted, 80))).chain(), "eth ipv6 icmpv6 (ipv6 ext udp)");
}

TEST(DecodeIcmpv6, ReadsTargetAndLinkLayerAddressOfNeighbourDiscovery) {
  const Decoded solicitation(icmpv6_frame(hex("87 00 00 00 00 00 00 00") + kAddress + hex("01 01 02 00 00 00 00 0a")));
  EXPECT_EQ(solicitation.chain(), "eth ipv6 icmpv6");
  EXPECT_EQ(solicitation.get<Icmpv6>().present, Icmpv6::kTarget | Icmpv6::kLinkLayerAddress);
  EXPECT_EQ(hex_of(solicitation.get<Icmpv6>().target), hex_of(kAddress));
  EXPECT_EQ(hex_of(solicitation.get<Icmpv6>().link_layer_address), "02 00 00 00 00 0a");
  EXPECT_EQ(solicitation.header().flags, 0);

  const Decoded advertisement(icmpv6_frame(hex("88 00 00 00 60 00 00 00") + kAddress + hex("02 01 02 00 00 00 00 0b")));
  EXPECT_EQ(hex_of(advertisement.get<Icmpv6>().link_layer_address), "02 00 00 00 00 0b");

  const Decoded redirect(icmpv6_frame(hex("89 00 00 00 00 00 00 00") + kAddress + fill(16) +
                                      hex("04 02 00 00 00 00 00 00 60 00 00 00 00 00 00 00") +
                                      hex("02 01 02 00 00 00 00 0c")));
  EXPECT_EQ(redirect.chain(), "eth ipv6 icmpv6");
  EXPECT_EQ(hex_of(redirect.get<Icmpv6>().target), hex_of(kAddress));
  EXPECT_EQ(hex_of(redirect.get<Icmpv6>().link_layer_address), "02 00 00 00 00 0c");
}

TEST(DecodeIcmpv6, ReadsTheLinkLayerAddressOfRouterDiscovery) {
  const Decoded solicitation(icmpv6_frame(hex("85 00 00 00 00 00 00 00  01 01 02 00 00 00 00 0a")));
  EXPECT_EQ(solicitation.get<Icmpv6>().present, Icmpv6::kLinkLayerAddress);
  const Decoded advertisement(icmpv6_frame(hex("86 00 00 00 40 00 07 08  00 00 00 00 00 00 00 00") +
                                           hex("05 01 00 00 00 00 05 dc  01 01 02 00 00 00 00 0a")));
  EXPECT_EQ(advertisement.get<Icmpv6>().present, Icmpv6::kLinkLayerAddress);
  EXPECT_EQ(hex_of(advertisement.get<Icmpv6>().link_layer_address), "02 00 00 00 00 0a");
}

TEST(DecodeIcmpv6, LeavesLinkLayerAddressesOfOtherSizesOut) {
  const Decoded decoded(icmpv6_frame(hex("87 00 00 00 00 00 00 00") + kAddress + hex("01 02") + fill(14)));
  EXPECT_EQ(decoded.get<Icmpv6>().present, Icmpv6::kTarget);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeIcmpv6, CallsANeighbourSolicitationWithoutItsTargetMalformed) {
  for (std::size_t size = 0; size < 16; ++size) {
    const Decoded decoded(icmpv6_frame(hex("87 00 00 00 00 00 00 00") + cut(kAddress, size)));
    EXPECT_EQ(decoded.chain(), "eth ipv6 icmpv6") << size;
    EXPECT_EQ(decoded.get<Icmpv6>().present, 0) << size;
    EXPECT_EQ(decoded.faults(), record::kMalformed) << size;
  }
}

TEST(DecodeIcmpv6, StopsAtAnOptionOfBadLengthAndKeepsWhatWasBefore) {
  for (const char* option : {"01 00 02 00 00 00 00 0a", "01 02 02 00 00 00 00 0a", "01 01 02"}) {
    const Decoded decoded(icmpv6_frame(hex("87 00 00 00 00 00 00 00") + kAddress + hex(option)));
    EXPECT_EQ(decoded.get<Icmpv6>().present, Icmpv6::kTarget) << option;
    EXPECT_EQ(decoded.faults(), record::kMalformed) << option;
  }
}

TEST(DecodeIcmpv6, CallsNeighbourDiscoveryThatTheCaptureCutTruncated) {
  const Bytes frame = icmpv6_frame(hex("87 00 00 00 00 00 00 00") + kAddress + hex("01 01 02 00 00 00 00 0a"));
  for (std::size_t size = 62; size < frame.size(); ++size) {
    EXPECT_EQ(Decoded(cut(frame, size), LinkType::kEthernet, frame.size()).faults(), record::kTruncated) << size;
  }
}

TEST(DecodeIcmpv6, BoundsTheNumberOfOptions) {
  Bytes options;
  for (int i = 0; i < 33; ++i) options = options + hex("05 01 00 00 00 00 05 dc");
  EXPECT_EQ(Decoded(icmpv6_frame(hex("85 00 00 00 00 00 00 00") + options)).faults(), record::kLimited);
}

}  // namespace
}  // namespace pktferry::decode::test
