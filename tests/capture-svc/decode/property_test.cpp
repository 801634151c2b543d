// What holds for every packet, wherever the capture cuts it and whatever happens to its bytes.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "capture-svc/decode/flow.hpp"
#include "shared/record/ethernet.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/support/packets.hpp"

namespace pktferry::decode::test {
namespace {

using pktferry::testing::PacketCrafter;

// Well-formed packets of every protocol.
std::vector<Bytes> well_formed() {
  const Bytes question =
      hex("03") + text("www") + hex("07") + text("example") + hex("03") + text("com") + hex("00 00 01 00 01");
  const Bytes response = dns(0x8180, 1, 4,
                             question + hex("c0 0c 00 05 00 01 00 00 01 2c 00 06 03") + text("web") + hex("c0 10") +
                                 hex("c0 2d 00 01 00 01 00 00 01 2c 00 04 0a 00 00 07") +
                                 hex("c0 10 00 0f 00 01 00 00 01 2c 00 09 00 0a 04") + text("mail") + hex("c0 10") +
                                 hex("c0 10 00 10 00 01 00 00 01 2c 00 05 04") + text("v=x1"));
  const Bytes solicitation =
      hex("87 00 00 00 00 00 00 00  fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 09") + hex("01 01 02 00 00 00 00 0a");
  std::vector<Bytes> frames = {
      ethernet(0x0806, hex("00 01 08 00 06 04 00 01  02 00 00 00 00 0a  0a 00 00 01") + fill(10)) + fill(18, 0),
      dns_over_ipv4(response),
      ethernet(0x86dd, ipv6(17, udp(53, 40000, response))),
      ethernet(0x0800, ipv4(1, hex("08 00 ca fe 12 34 00 07") + fill(24))),
      ethernet(0x0800, ipv4(1, hex("03 01 ca fe 00 00 00 00") + ipv4(17, udp(40000, 53, response)))),
      ethernet(0x86dd, ipv6(58, solicitation)),
      ethernet(0x86dd, ipv6(58, hex("03 00 ca fe 00 00 00 00") + ipv6(6, tcp()))),
      ethernet(0x86dd, ipv6(0, hex("2c 00 01 04 00 00 00 00  06 00 00 00 00 00 00 01") + tcp())),
      ethernet(40, fill(40)),
  };
  PacketCrafter crafter(3);
  for (int i = 0; i < 40; ++i) frames.push_back(crafter.wild());
  for (int i = 0; i < 20; ++i) {
    frames.push_back(crafter.traffic());
    // Behind its headers one byte of payload is like any other.
    if (frames.back().size() > 400) frames.pop_back();
  }
  return frames;
}

// The block's bytes, but for the trailer, which is a matter of the whole frame.
Bytes block_of(const record::LayerView& layer) {
  const auto* start = reinterpret_cast<const std::byte*>(&layer.header());
  Bytes block(start, start + layer.header().size);
  if (layer.type() == record::LayerType::kEthernet) {
    std::memset(block.data() + offsetof(record::Ethernet, trailer_size), 0, sizeof(record::Ethernet::trailer_size));
  }
  return block;
}

TEST(DecodeProperty, FindsNoFaultInWellFormedPackets) {
  for (const Bytes& frame : well_formed()) EXPECT_EQ(Decoded(frame).faults(), 0) << hex_of(frame);
}

TEST(DecodeProperty, GivesAPrefixOfTheBlocksForEveryCutAndSaysWhereAHeaderIsMissing) {
  for (const Bytes& frame : well_formed()) {
    const Decoded whole(frame);
    const std::size_t headers_end =
        frame.size() - whole.get<record::Ethernet>().trailer_size - whole.header().payload_length;
    SCOPED_TRACE(whole.chain() + ": " + hex_of(frame));
    for (std::size_t size = 0; size <= frame.size(); ++size) {
      const Decoded decoded(cut(frame, size), LinkType::kEthernet, frame.size());
      ASSERT_LE(decoded.layers().size(), whole.layers().size()) << size;
      ASSERT_EQ(decoded.header().captured_length, size);
      ASSERT_EQ(decoded.header().wire_length, frame.size());
      for (std::size_t i = 0; i < decoded.layers().size(); ++i) {
        ASSERT_EQ(decoded.layers()[i].type(), whole.layers()[i].type()) << size;
        // Only the last block may be known in part.
        const bool is_equal = block_of(decoded.layers()[i]) == block_of(whole.layers()[i]);
        ASSERT_TRUE(is_equal || i + 1 == decoded.layers().size()) << size;
      }
      // The quotation of an ICMP error ends where it likes.
      const bool is_quotation = whole.layers().back().scope() == record::kQuotedScope && decoded.layers().size() >= 3;
      ASSERT_EQ(decoded.faults(), size >= headers_end || is_quotation ? 0 : record::kTruncated) << size;
    }
  }
}

TEST(DecodeProperty, CallsEveryPacketMalformedThatReallyEndsBeforeItsHeadersSay) {
  for (const Bytes& frame : well_formed()) {
    const Decoded whole(frame);
    const std::size_t network_end = frame.size() - whole.get<record::Ethernet>().trailer_size;
    SCOPED_TRACE(whole.chain() + ": " + hex_of(frame));
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const Decoded decoded(cut(frame, size));
      // An EtherType that nothing follows is a frame without payload, but not for the types we know.
      ASSERT_EQ(decoded.faults(), size < network_end ? record::kMalformed : 0) << size;
    }
  }
}

// Every field of the record stays within bounds (Decoded parses it), every byte read within the frame
// (AddressSanitizer), whatever the bytes.
TEST(DecodeProperty, SurvivesAHundredThousandMutatedPackets) {
  const std::vector<Bytes> frames = well_formed();
  std::mt19937_64 random(4);
  const LinkType link_types[] = {LinkType::kEthernet, LinkType::kEthernet,    LinkType::kRawIp,
                                 LinkType::kLoopback, LinkType::kLinuxCooked, LinkType::kLinuxCooked2};
  for (int i = 0; i < 100000; ++i) {
    Bytes frame = frames[random() % frames.size()];
    for (auto mutations = 1 + random() % 6; mutations > 0; --mutations) {
      frame[random() % frame.size()] = static_cast<std::byte>(random());
    }
    if (random() % 4 == 0) frame.resize(random() % (frame.size() + 1));
    const LinkType link_type = link_types[random() % std::size(link_types)];
    if (link_type == LinkType::kRawIp && frame.size() > 14) frame.erase(frame.begin(), frame.begin() + 14);
    const Decoded decoded(frame, link_type, frame.size() + (random() % 2) * (random() % 2000));
    ASSERT_LE(decoded.payload_length(), frame.size());
    flow_hash({frame, static_cast<std::uint32_t>(frame.size()), link_type});
  }
}

}  // namespace
}  // namespace pktferry::decode::test
