// RecordView::parse: what the builder makes is accepted, every kind of bad size, count, scope and tail is refused, and
// nothing that is accepted lets a reader leave the record.
#include "shared/record/record_view.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <memory>
#include <random>
#include <vector>

#include "capture-svc/decode/record_builder.hpp"
#include "shared/record/arp.hpp"
#include "shared/record/dns.hpp"
#include "shared/record/ethernet.hpp"
#include "shared/record/icmp.hpp"
#include "shared/record/ipv4.hpp"
#include "shared/record/ipv6.hpp"
#include "shared/record/linux_cooked.hpp"
#include "shared/record/loopback.hpp"
#include "shared/record/tcp.hpp"
#include "shared/record/udp.hpp"
#include "shared/record/vlan.hpp"

namespace pktferry::record {
namespace {

using decode::RecordBuilder;

// A record that a test builds and then breaks.
class Draft {
 public:
  Draft() : room_(std::make_unique<std::byte[]>(kMaxRecordSize)), builder_(room_.get()) {}

  RecordBuilder& builder() { return builder_; }
  template <Layer T>
  T& add(std::uint32_t tail_size = 0) {
    T* layer = builder_.add<T>(tail_size);
    if (tail_size != 0) std::memset(RecordBuilder::tail(layer), 0, tail_size);
    return *layer;
  }
  // An answer with the name "a" and `data_size` bytes of data.
  DnsEntry& add_dns_entry(Dns& dns, DnsData kind, std::uint16_t data_size) {
    const std::uint32_t size = align_layer(static_cast<std::uint32_t>(sizeof(DnsEntry)) + 1 + data_size);
    auto* entry = static_cast<DnsEntry*>(static_cast<void*>(builder_.grow(size)));
    entry->name_length = 1;
    entry->data_length = data_size;
    entry->data_kind = kind;
    dns.entries_size = static_cast<std::uint16_t>(dns.entries_size + size);
    ++dns.answer_count;
    return *entry;
  }

  // Fills in size and kind, as the ring's writer does. Tests that break the header do it behind this.
  RecordHeader& finish() {
    builder_.header().size = builder_.size();
    builder_.header().kind = RecordKind::kPacket;
    return builder_.header();
  }
  std::size_t size() const { return builder_.size(); }

  // Parses a copy of exactly `size` bytes, so that AddressSanitizer sees a read beyond them.
  bool is_accepted(std::size_t size) const {
    const auto exact = std::make_unique<std::byte[]>(size);
    std::memcpy(exact.get(), room_.get(), size);
    return RecordView::parse({exact.get(), size}).has_value();
  }
  bool is_accepted() const { return is_accepted(size()); }

 private:
  std::unique_ptr<std::byte[]> room_;
  RecordBuilder builder_;
};

// One of every block, with tails.
Draft full_draft() {
  Draft draft;
  draft.add<Ethernet>().type = 0x8100;
  draft.add<Vlan>();
  draft.add<LinuxCooked>();
  draft.add<Loopback>();
  draft.add<Arp>();
  draft.add<Ipv4>(3).option_count = 3;
  draft.add<Ipv6>();
  draft.add<Ipv6Extension>();
  auto& tcp = draft.add<Tcp>(2 * 8 + 5);
  tcp.sack_count = 2;
  tcp.option_count = 5;
  draft.add<Udp>();
  auto& dns = draft.add<Dns>();
  draft.add_dns_entry(dns, DnsData::kIpv4, 4);
  draft.add_dns_entry(dns, DnsData::kIpv6, 16);
  draft.add_dns_entry(dns, DnsData::kText, 255);
  draft.add<Icmp>();
  draft.add<Icmpv6>();
  draft.builder().set_scope(kQuotedScope);
  draft.add<Ipv4>();
  draft.finish();
  return draft;
}

TEST(RecordView, AcceptsARecordWithoutLayers) {
  Draft draft;
  draft.finish();
  EXPECT_TRUE(draft.is_accepted());
}

TEST(RecordView, AcceptsOneOfEveryBlockAndGivesThemInOrder) {
  Draft draft = full_draft();
  const auto view = RecordView::parse({reinterpret_cast<const std::byte*>(&draft.builder().header()), draft.size()});
  ASSERT_TRUE(view.has_value());
  ASSERT_EQ(view->header().layer_count, 14);
  const LayerType types[] = {LayerType::kEthernet, LayerType::kVlan, LayerType::kLinuxCooked, LayerType::kLoopback,
                             LayerType::kArp,      LayerType::kIpv4, LayerType::kIpv6,        LayerType::kIpv6Extension,
                             LayerType::kTcp,      LayerType::kUdp,  LayerType::kDns,         LayerType::kIcmp,
                             LayerType::kIcmpv6,   LayerType::kIpv4};
  LayerView layer = view->first_layer();
  for (const LayerType type : types) {
    EXPECT_EQ(layer.type(), type);
    if (type == LayerType::kTcp) {
      EXPECT_EQ(layer.tail<Tcp>().size(), 21u);
    }
    layer = layer.next();
  }
}

TEST(RecordView, AcceptsTheLargestRecordAndTheMostLayers) {
  Draft draft;
  for (std::uint32_t i = 0; i < kMaxLayers; ++i) draft.add<Vlan>();
  draft.finish();
  EXPECT_TRUE(draft.is_accepted());

  Draft large;
  auto& dns = large.add<Dns>();
  while (large.size() + 16 + 256 <= kMaxRecordSize - 8 && dns.answer_count < Dns::kMaxAnswers) {
    large.add_dns_entry(dns, DnsData::kText, 255);
  }
  large.finish();
  EXPECT_TRUE(large.is_accepted());
}

TEST(RecordView, RefusesFewerBytesThanAHeader) {
  const Draft draft = full_draft();
  for (std::size_t size = 0; size < sizeof(RecordHeader); ++size) EXPECT_FALSE(draft.is_accepted(size)) << size;
}

TEST(RecordView, RefusesASizeThatIsNotTheNumberOfBytes) {
  Draft draft = full_draft();
  draft.builder().header().size -= 8;
  EXPECT_FALSE(draft.is_accepted());
  draft.builder().header().size += 16;
  EXPECT_FALSE(draft.is_accepted());
  draft.builder().header().size = 0;
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesASizeThatIsNotAligned) {
  Draft draft = full_draft();
  draft.builder().header().size -= 4;
  EXPECT_FALSE(draft.is_accepted(draft.size() - 4));
}

TEST(RecordView, RefusesMoreBytesThanARecordMayHave) {
  std::vector<std::uint64_t> bytes((kMaxRecordSize + 8) / 8);
  RecordHeader header{};
  header.size = kMaxRecordSize + 8;
  header.kind = RecordKind::kPacket;
  std::memcpy(bytes.data(), &header, sizeof header);
  EXPECT_FALSE(RecordView::parse(std::as_bytes(std::span(bytes))).has_value());
}

TEST(RecordView, RefusesPaddingAndUnknownKinds) {
  Draft draft = full_draft();
  draft.builder().header().kind = RecordKind::kPadding;
  EXPECT_FALSE(draft.is_accepted());
  draft.builder().header().kind = static_cast<RecordKind>(0);
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesMoreLayersThanARecordMayHaveOrThanThereAre) {
  Draft draft = full_draft();
  draft.builder().header().layer_count = kMaxLayers + 1;
  EXPECT_FALSE(draft.is_accepted());
  draft.builder().header().layer_count = 15;
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesBytesThatNoLayerClaims) {
  Draft draft = full_draft();
  draft.builder().header().layer_count = 13;
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesALayerSmallerThanItsHeaderOrThanItsStruct) {
  for (const std::uint16_t size : std::initializer_list<std::uint16_t>{0, 3, 4, 16}) {
    Draft draft;
    draft.add<Ethernet>().header.size = size;
    draft.finish();
    EXPECT_FALSE(draft.is_accepted()) << size;
  }
}

TEST(RecordView, RefusesALayerThatReachesBeyondTheRecord) {
  Draft draft;
  draft.add<Ethernet>().header.size = 28;
  draft.finish();
  EXPECT_FALSE(draft.is_accepted());
  draft.builder().first<Ethernet>()->header.size = 0xfffc;
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesALayerSizeThatIsNotAligned) {
  Draft draft;
  draft.add<Ethernet>().header.size = 21;
  draft.finish();
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesAScopeThatDecreases) {
  Draft draft;
  draft.builder().set_scope(1);
  draft.add<Ipv4>();
  draft.builder().set_scope(0);
  draft.add<Tcp>();
  draft.finish();
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, AllowsABlockOfALaterVersion) {
  Draft draft;
  draft.add<Ethernet>().header.type = static_cast<LayerType>(200);
  draft.finish();
  EXPECT_TRUE(draft.is_accepted());
}

TEST(RecordView, AllowsAStructThatALaterVersionMadeLonger) {
  Draft draft;
  draft.add<Udp>(8);
  draft.finish();
  EXPECT_TRUE(draft.is_accepted());
}

TEST(RecordView, RefusesIpv4OptionsBeyondTheBlockOrBeyondTheirNumber) {
  Draft draft;
  draft.add<Ipv4>(3).option_count = 5;
  draft.finish();
  EXPECT_FALSE(draft.is_accepted());

  Draft many;
  many.add<Ipv4>(44).option_count = 41;
  many.finish();
  EXPECT_FALSE(many.is_accepted());
}

TEST(RecordView, RefusesTcpTailsBeyondTheBlockOrBeyondTheirNumber) {
  Draft draft;
  auto& tcp = draft.add<Tcp>(12);
  draft.finish();
  tcp.sack_count = 1;
  tcp.option_count = 5;
  EXPECT_FALSE(draft.is_accepted());
  tcp.option_count = 4;
  EXPECT_TRUE(draft.is_accepted());
  tcp.sack_count = 2;
  tcp.option_count = 0;
  EXPECT_FALSE(draft.is_accepted());

  Draft many;
  auto& full = many.add<Tcp>(100);
  many.finish();
  full.sack_count = Tcp::kMaxSackBlocks + 1;
  EXPECT_FALSE(many.is_accepted());
  full.sack_count = 0;
  full.option_count = Tcp::kMaxOptions + 1;
  EXPECT_FALSE(many.is_accepted());
}

// A Dns block with one entry that the test breaks.
struct DnsDraft : Draft {
  explicit DnsDraft(DnsData kind = DnsData::kText, std::uint16_t data_size = 7)
      : dns(add<Dns>()), entry(add_dns_entry(dns, kind, data_size)) {
    finish();
  }
  Dns& dns;
  DnsEntry& entry;
};

TEST(RecordView, AcceptsADnsEntry) {
  EXPECT_TRUE(DnsDraft().is_accepted());
}

TEST(RecordView, RefusesMoreDnsEntriesThanThereAreOrMayBe) {
  DnsDraft draft;
  ++draft.dns.answer_count;
  EXPECT_FALSE(draft.is_accepted());
  draft.dns.answer_count = 0;
  EXPECT_FALSE(draft.is_accepted());
  draft.dns.answer_count = Dns::kMaxAnswers + 1;
  EXPECT_FALSE(draft.is_accepted());
  draft.dns.answer_count = 1;
  draft.dns.question_count = Dns::kMaxQuestions + 1;
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesDnsEntriesThatReachBeyondTheBlock) {
  DnsDraft draft;
  draft.dns.entries_size = static_cast<std::uint16_t>(draft.dns.entries_size + 4);
  EXPECT_FALSE(draft.is_accepted());
  draft.dns.entries_size = 0xffff;
  EXPECT_FALSE(draft.is_accepted());
}

TEST(RecordView, RefusesADnsTailThatIsNotAlignedOrSmallerThanAnEntry) {
  DnsDraft draft;
  for (const std::uint16_t size : std::initializer_list<std::uint16_t>{0, 4, 12, 23}) {
    draft.dns.entries_size = size;
    EXPECT_FALSE(draft.is_accepted()) << size;
  }
}

TEST(RecordView, RefusesADnsNameOrDataBeyondItsEntryOrItsBound) {
  for (const std::uint16_t length : std::initializer_list<std::uint16_t>{9, 255, 256, 0xffff}) {
    DnsDraft name;
    name.entry.name_length = length;
    EXPECT_FALSE(name.is_accepted()) << length;
    DnsDraft data;
    data.entry.data_length = length;
    EXPECT_FALSE(data.is_accepted()) << length;
  }
}

TEST(RecordView, RefusesDnsAddressesOfAnotherSize) {
  EXPECT_TRUE(DnsDraft(DnsData::kIpv4, 4).is_accepted());
  EXPECT_FALSE(DnsDraft(DnsData::kIpv4, 16).is_accepted());
  EXPECT_TRUE(DnsDraft(DnsData::kIpv6, 16).is_accepted());
  EXPECT_FALSE(DnsDraft(DnsData::kIpv6, 4).is_accepted());
}

// Touches every byte that the accessors give out.
std::uint64_t walk(const RecordView& view) {
  std::uint64_t sum = view.header().flags;
  LayerView layer = view.first_layer();
  const auto add = [&sum](std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) sum += std::to_integer<std::uint64_t>(byte);
  };
  for (int left = view.header().layer_count; left > 0; --left, layer = layer.next()) {
    add({reinterpret_cast<const std::byte*>(&layer.header()), layer.header().size});
    switch (layer.type()) {
      case LayerType::kIpv4: add(layer.tail<Ipv4>()); break;
      case LayerType::kTcp: add(layer.tail<Tcp>()); break;
      case LayerType::kDns: {
        auto rest = layer.tail<Dns>();
        const auto& dns = layer.as<Dns>();
        for (int entries = dns.question_count + dns.answer_count; entries > 0; --entries) {
          DnsEntry entry;
          std::memcpy(&entry, rest.data(), sizeof entry);
          add(rest.subspan(sizeof entry, static_cast<std::size_t>(entry.name_length) + entry.data_length));
          rest = rest.subspan(
              align_layer(static_cast<std::uint32_t>(sizeof entry) + entry.name_length + entry.data_length));
        }
        EXPECT_TRUE(rest.empty());
        break;
      }
      default: break;
    }
  }
  return sum;
}

TEST(RecordView, LetsNobodyLeaveTheRecordInAHundredThousandMutations) {
  Draft draft = full_draft();
  const std::size_t size = draft.size();
  // Of exactly the record's size: AddressSanitizer sees the first byte beyond it.
  const auto pristine = std::make_unique<std::byte[]>(size);
  std::memcpy(pristine.get(), &draft.builder().header(), size);
  const auto bytes = std::make_unique<std::byte[]>(size);
  std::mt19937_64 random(7);
  std::size_t accepted = 0;
  std::uint64_t sum = 0;
  for (int i = 0; i < 100000; ++i) {
    std::memcpy(bytes.get(), pristine.get(), size);
    for (auto mutations = 1 + random() % 3; mutations > 0; --mutations) {
      bytes[random() % size] = static_cast<std::byte>(random());
    }
    if (const auto view = RecordView::parse({bytes.get(), size})) {
      ++accepted;
      sum += walk(*view);
    }
  }
  // Most bytes are values that anything may be; sizes, counts and scopes are not.
  EXPECT_GT(accepted, 10000u);
  EXPECT_LT(accepted, 95000u);
  EXPECT_GT(sum, 0u);
}

}  // namespace
}  // namespace pktferry::record
