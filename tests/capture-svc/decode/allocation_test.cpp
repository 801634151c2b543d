// Decode allocates nothing: every operator new of this program counts. An executable of its own, because of that.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "capture-svc/decode/flow.hpp"
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/support/packets.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// The forms that the others call by default. Inlined, g++ would take malloc and free for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace pktferry::decode::test {
namespace {

TEST(DecodeAllocation, CountsTheAllocationsOfThisProgram) {
  const std::size_t before = allocations;
  delete new int(1);
  EXPECT_EQ(allocations, before + 1);
}

TEST(DecodeAllocation, NeverHappensWhateverThePacket) {
  std::vector<Bytes> frames;
  pktferry::testing::PacketCrafter crafter(6);
  for (int i = 0; i < 2000; ++i) frames.push_back(i % 2 == 0 ? crafter.traffic() : crafter.wild());
  frames.push_back(ethernet(0x0800, ipv4(1, hex("03 01 00 00 00 00 00 00") + ipv4(6, tcp()))));
  Bytes tags;
  while (tags.size() < 9000) tags = tags + hex("00 07 81 00");
  frames.push_back(ethernet(0x8100, tags));

  alignas(record::kRecordAlignment) static std::array<std::byte, record::kMaxRecordSize> room;
  std::size_t layers = 0;
  std::uint32_t hashes = 0;
  const std::size_t before = allocations;
  for (const Bytes& bytes : frames) {
    const Frame frame{bytes, static_cast<std::uint32_t>(bytes.size()), LinkType::kEthernet};
    RecordBuilder record(room.data());
    decode(frame, record);
    layers += record.header().layer_count;
    hashes |= flow_hash(frame);
  }
  EXPECT_EQ(allocations, before);
  EXPECT_GT(layers, frames.size() * 3);
  EXPECT_NE(hashes, 0u);
}

}  // namespace
}  // namespace pktferry::decode::test
