// Builds one record in place, block by block, in room that is at least record::kMaxRecordSize bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "shared/record/layer.hpp"
#include "shared/record/record.hpp"

namespace pktferry::decode {

// Lifetime: the room must outlive the builder. Thread rights: one thread. Never allocates, never throws.
class RecordBuilder {
 public:
  // `room`: record::kMaxRecordSize bytes, aligned to record::kRecordAlignment. Its content is overwritten.
  explicit RecordBuilder(std::byte* room) noexcept : room_(room) {
    std::memset(room_, 0, sizeof(record::RecordHeader));
  }

  record::RecordHeader& header() noexcept { return *reinterpret_cast<record::RecordHeader*>(room_); }

  // A new, zeroed block of type T in the current scope with `tail_size` bytes behind it, or nullptr where the record
  // has no room left for it; then the record is flagged kLimited.
  template <record::Layer T>
  T* add(std::uint32_t tail_size = 0) noexcept {
    const std::uint32_t size = record::align_layer(static_cast<std::uint32_t>(sizeof(T)) + tail_size);
    if (size > record::kMaxRecordSize - size_ || header().layer_count == record::kMaxLayers) {
      flag(record::kLimited);
      return nullptr;
    }
    std::byte* block = room_ + size_;
    std::memset(block, 0, size);
    auto* layer = reinterpret_cast<T*>(block);
    layer->header = {T::kType, scope_, static_cast<std::uint16_t>(size)};
    size_ += size;
    ++header().layer_count;
    return layer;
  }

  void flag(record::RecordFlags flag) noexcept { header().flags |= static_cast<std::uint8_t>(flag); }
  void set_scope(std::uint8_t scope) noexcept { scope_ = scope; }
  std::uint8_t scope() const noexcept { return scope_; }

  // Bytes of the record so far, aligned to record::kRecordAlignment: what LaneWriter::commit takes.
  std::uint32_t size() const noexcept { return record::align_record(size_); }

 private:
  std::byte* room_;
  std::uint32_t size_ = sizeof(record::RecordHeader);
  std::uint8_t scope_ = 0;
};

}  // namespace pktferry::decode
