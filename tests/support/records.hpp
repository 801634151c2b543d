// Valid records of any size with content that can be checked: for tests of whatever a record passes through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "shared/record/ethernet.hpp"
#include "shared/record/record.hpp"
#include "shared/record/record_view.hpp"

namespace pktferry::testing {

// A block type that no version of the services knows: RecordView lets it pass, so it can fill a record up.
inline constexpr auto kFillerType = static_cast<record::LayerType>(0xee);

inline constexpr std::uint32_t kSmallestRecord = sizeof(record::RecordHeader) + 24;  // one Ethernet block, aligned

// What word `index` of a record made from `seed` holds.
constexpr std::uint32_t filler_word(std::uint64_t seed, std::uint32_t index) {
  return static_cast<std::uint32_t>((seed + index) * 0x9e3779b97f4a7c15u >> 32);
}

// A record of exactly `size` bytes: Ethernet, then filler. `size`: a multiple of record::kRecordAlignment from
// kSmallestRecord to kMaxRecordSize. `room` must be aligned to kRecordAlignment. Everything is set but what
// LaneWriter::commit sets: size, kind, sequence, ordinal. frame_number is the seed.
inline void fill_record(std::byte* room, std::uint32_t size, std::uint64_t seed) {
  auto& header = *static_cast<record::RecordHeader*>(static_cast<void*>(room));
  header = {};
  header.frame_number = seed;
  header.timestamp_ns = 1'661'859'047'292'967'000 + seed;
  header.wire_length = header.captured_length = size;
  header.flow_hash = filler_word(seed, 0);
  header.sampling_weight = 1;
  header.layer_count = 1;
  std::uint32_t offset = sizeof header;

  record::Ethernet ethernet{};
  ethernet.header = {record::LayerType::kEthernet, 0, sizeof ethernet};
  std::memcpy(ethernet.src, &seed, sizeof ethernet.src);
  std::memcpy(room + offset, &ethernet, sizeof ethernet);
  offset += static_cast<std::uint32_t>(sizeof ethernet);

  const std::uint32_t rest = size - offset;
  if (rest < record::kRecordAlignment) {
    std::memset(room + offset, 0, rest);
    return;
  }
  const record::LayerHeader filler{kFillerType, 0, static_cast<std::uint16_t>(rest)};
  std::memcpy(room + offset, &filler, sizeof filler);
  header.layer_count = 2;
  for (offset += static_cast<std::uint32_t>(sizeof filler); offset < size; offset += 4) {
    const std::uint32_t word = filler_word(seed, offset / 4);
    std::memcpy(room + offset, &word, sizeof word);
  }
}

// Whether every byte is what fill_record made of the record's frame_number.
inline bool is_intact(const record::RecordView& view) {
  const record::RecordHeader& header = view.header();
  alignas(record::kRecordAlignment) std::byte expected[record::kMaxRecordSize];
  if (header.size < kSmallestRecord) return false;
  fill_record(expected, header.size, header.frame_number);
  auto& wanted = *static_cast<record::RecordHeader*>(static_cast<void*>(expected));
  wanted.size = header.size;
  wanted.kind = header.kind;
  wanted.sequence = header.sequence;
  wanted.ordinal = header.ordinal;
  wanted.read_at_ns = header.read_at_ns;
  return std::memcmp(expected, &header, header.size) == 0;
}

// A size for record number `seed` that looks random and covers the whole range.
constexpr std::uint32_t varied_size(std::uint64_t seed, std::uint32_t largest = record::kMaxRecordSize) {
  const std::uint32_t steps = (largest - kSmallestRecord) / record::kRecordAlignment + 1;
  return kSmallestRecord + filler_word(seed, 7) % steps * record::kRecordAlignment;
}

}  // namespace pktferry::testing
