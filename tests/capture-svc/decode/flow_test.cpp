#include "capture-svc/decode/flow.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>

#include "tests/capture-svc/decode/wire.hpp"
#include "tests/support/packets.hpp"

namespace pktferry::decode::test {
namespace {

using pktferry::testing::PacketCrafter;

// In a heap block of exactly the frame's size, for AddressSanitizer.
std::uint32_t hash_of(const Bytes& frame, LinkType link_type = LinkType::kEthernet) {
  const auto exact = std::make_unique<std::byte[]>(frame.size());
  std::copy(frame.begin(), frame.end(), exact.get());
  return flow_hash({{exact.get(), frame.size()}, static_cast<std::uint32_t>(frame.size()), link_type});
}

Bytes swap(Bytes bytes, std::size_t offset, std::size_t other_offset, std::size_t size) {
  std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                   bytes.begin() + static_cast<std::ptrdiff_t>(offset + size),
                   bytes.begin() + static_cast<std::ptrdiff_t>(other_offset));
  return bytes;
}

// 10.0.0.1:`src_port` > 10.0.0.2:`dst_port`, and from 10.0.0.2 to 10.0.0.1.
Bytes there(unsigned src_port, unsigned dst_port, unsigned protocol = 17) {
  return ipv4(protocol, udp(src_port, dst_port, fill(4)));
}
Bytes back(unsigned src_port, unsigned dst_port, unsigned protocol = 17) {
  return swap(there(src_port, dst_port, protocol), 12, 16, 4);
}
Bytes there6(unsigned src_port, unsigned dst_port) {
  return ipv6(17, udp(src_port, dst_port, fill(4)));
}
Bytes back6(unsigned src_port, unsigned dst_port) {
  return swap(there6(src_port, dst_port), 8, 24, 16);
}

TEST(FlowHash, IsZeroWhereThereIsNoLinkHeader) {
  for (std::size_t size = 0; size < 14; ++size) EXPECT_EQ(hash_of(fill(size)), 0u);
  EXPECT_EQ(hash_of({}, LinkType::kRawIp), 0u);
  EXPECT_EQ(hash_of(fill(3), LinkType::kLoopback), 0u);
  EXPECT_EQ(hash_of(fill(15), LinkType::kLinuxCooked), 0u);
  EXPECT_EQ(hash_of(fill(19), LinkType::kLinuxCooked2), 0u);
}

TEST(FlowHash, NeverChangesFromReleaseToRelease) {
  // Lanes, keys and consumers of two versions meet: a new value is a breaking change.
  EXPECT_EQ(hash_of(ethernet(0x0800, there(40000, 53))), 360680167u);
  EXPECT_EQ(hash_of(ethernet(0x86dd, there6(40000, 53))), 4246659439u);
}

TEST(FlowHash, IsTheSameForBothDirections) {
  EXPECT_EQ(hash_of(ethernet(0x0800, there(40000, 443))), hash_of(ethernet(0x0800, back(443, 40000))));
  EXPECT_EQ(hash_of(ethernet(0x86dd, there6(40000, 443))), hash_of(ethernet(0x86dd, back6(443, 40000))));
}

TEST(FlowHash, TellsPortsAddressesAndProtocolsApart) {
  const std::set<std::uint32_t> hashes = {
      hash_of(ethernet(0x0800, there(40000, 443))),
      hash_of(ethernet(0x0800, there(40001, 443))),
      hash_of(ethernet(0x0800, there(443, 40000))),  // the ports of the other end
      hash_of(ethernet(0x0800, there(40000, 443, 6))),
      hash_of(ethernet(0x0800, there(40000, 443, 132))),
      hash_of(ethernet(0x0800, with(there(40000, 443), 15, 9))),
      hash_of(ethernet(0x86dd, there6(40000, 443))),
      hash_of(ethernet(0x86dd, there6(40001, 443))),
      hash_of(ethernet(0x86dd, with(there6(40000, 443), 23, 9))),
  };
  EXPECT_EQ(hashes.size(), 9u);
}

TEST(FlowHash, DoesNotDependOnTagsLinkOptionsOrPadding) {
  const std::uint32_t plain = hash_of(ethernet(0x0800, there(40000, 443)));
  EXPECT_EQ(hash_of(ethernet(0x8100, vlan(7, 0x0800, there(40000, 443)))), plain);
  EXPECT_EQ(hash_of(ethernet(0x88a8, vlan(7, 0x8100, vlan(8, 0x0800, back(443, 40000))))), plain);
  EXPECT_EQ(hash_of(there(40000, 443), LinkType::kRawIp), plain);
  EXPECT_EQ(hash_of(hex("02 00 00 00") + there(40000, 443), LinkType::kLoopback), plain);
  EXPECT_EQ(hash_of(fill(14) + hex("08 00") + there(40000, 443), LinkType::kLinuxCooked), plain);
  EXPECT_EQ(hash_of(hex("08 00") + fill(18) + there(40000, 443), LinkType::kLinuxCooked2), plain);
  EXPECT_EQ(hash_of(ethernet(0x0800, there(40000, 443)) + fill(14)), plain);
  const Bytes packet = there(40000, 443);
  Bytes with_options = with(cut(packet, 20), 0, 0x46) + hex("01 01 01 01");
  with_options.insert(with_options.end(), packet.begin() + 20, packet.end());
  EXPECT_EQ(hash_of(ethernet(0x0800, with_options)), plain);
}

TEST(FlowHash, MeetsForAllFragmentsOfAPacketInBothDirections) {
  const Bytes first = ipv4(17, udp(40000, 443, fill(64)), 0x2000);
  const Bytes middle = ipv4(17, fill(64), 0x2009);
  const Bytes last = ipv4(17, fill(9, 0x11), 0x0012);
  const std::uint32_t hash = hash_of(ethernet(0x0800, first));
  EXPECT_EQ(hash_of(ethernet(0x0800, middle)), hash);
  EXPECT_EQ(hash_of(ethernet(0x0800, last)), hash);
  EXPECT_EQ(hash_of(ethernet(0x0800, swap(middle, 12, 16, 4))), hash);
  EXPECT_NE(hash_of(ethernet(0x0800, there(40000, 443))), hash);
}

TEST(FlowHash, MeetsForAllIpv6FragmentsOfAPacket) {
  const Bytes first = ipv6(44, hex("11 00 00 01 00 00 00 05") + udp(40000, 443, fill(64)));
  const Bytes last = ipv6(44, hex("11 00 00 48 00 00 00 05") + fill(20));
  EXPECT_EQ(hash_of(ethernet(0x86dd, first)), hash_of(ethernet(0x86dd, last)));
  // A fragment header on a packet in one piece (RFC 6946).
  const Bytes atomic = ipv6(44, hex("11 00 00 00 00 00 00 05") + udp(40000, 443, fill(4)));
  EXPECT_EQ(hash_of(ethernet(0x86dd, atomic)), hash_of(ethernet(0x86dd, there6(40000, 443))));
}

TEST(FlowHash, FindsThePortsBehindExtensionHeaders) {
  const Bytes behind = ipv6(0, hex("3c 00 01 04 00 00 00 00  11 01 01 0c") + fill(12, 0) + udp(40000, 443, fill(4)));
  EXPECT_EQ(hash_of(ethernet(0x86dd, behind)), hash_of(ethernet(0x86dd, there6(40000, 443))));
}

TEST(FlowHash, UsesMacAddressesWhereThereIsNoNetworkPacket) {
  const Bytes frame = ethernet(0x0806, fill(28));
  EXPECT_NE(hash_of(frame), 0u);
  EXPECT_EQ(hash_of(swap(frame, 0, 6, 6)), hash_of(frame));
  EXPECT_EQ(hash_of(ethernet(0x88cc, fill(50))), hash_of(frame));
  EXPECT_NE(hash_of(with(frame, 3, 9)), hash_of(frame));
}

TEST(FlowHash, SpreadsFlowsEvenlyOverEightLanes) {
  // Neighbouring addresses and ports, as one client's connections have them.
  std::array<int, 8> by_port{};
  for (unsigned port = 32768; port < 32768 + 8000; ++port) ++by_port[hash_of(ethernet(0x0800, there(port, 443))) % 8];
  std::array<int, 8> by_address{};
  for (unsigned i = 0; i < 8000; ++i) {
    ++by_address[hash_of(ethernet(0x0800, with(with(there(40000, 443), 14, i >> 8), 15, i & 255))) % 8];
  }
  // 1000 each, with a standard deviation of 30.
  for (const int count : by_port) EXPECT_NEAR(count, 1000, 150);
  for (const int count : by_address) EXPECT_NEAR(count, 1000, 150);
}

TEST(FlowHash, ReadsNoByteBeyondTheFrameWhereverItIsCut) {
  PacketCrafter crafter(5);
  const LinkType link_types[] = {LinkType::kEthernet, LinkType::kLinuxCooked, LinkType::kLinuxCooked2, LinkType::kRawIp,
                                 LinkType::kLoopback};
  for (int i = 0; i < 100; ++i) {
    const Bytes frame = crafter.wild();
    for (std::size_t size = 0; size <= std::min<std::size_t>(frame.size(), 160); ++size) {
      for (const LinkType link_type : link_types) hash_of(cut(frame, size), link_type);
    }
  }
  const Bytes endless = ethernet(0x86dd, ipv6(0, fill(9000, 0)));
  hash_of(endless);
}

TEST(FlowHash, IgnoresPortsThatTheCaptureCut) {
  const Bytes frame = ethernet(0x0800, there(40000, 443));
  EXPECT_EQ(hash_of(cut(frame, 37)), hash_of(cut(frame, 34)));
  EXPECT_EQ(hash_of(cut(frame, 38)), hash_of(frame));
}

}  // namespace
}  // namespace pktferry::decode::test
