// Builds one record in place, block by block, in room that is at least record::kMaxRecordSize bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "shared/record/layer.hpp"
#include "shared/record/record.hpp"

namespace pktferry::decode {

// Lifetime: the room must outlive the builder. Thread rights: one thread. Never allocates, never throws.
class RecordBuilder {
 public:
  // `room`: record::kMaxRecordSize bytes, aligned to record::kRecordAlignment. Its content is overwritten.
  explicit RecordBuilder(std::byte* room) noexcept : room_(room) { header() = {}; }

  record::RecordHeader& header() noexcept { return *at<record::RecordHeader>(0); }

  // A new block of type T in the current scope with `tail_size` bytes behind it, or nullptr where the record has no
  // room left for it; then the record is flagged kLimited. The struct and the padding behind the tail are zeroed; the
  // tail is the caller's to fill, all of it: the room may hold an older record.
  template <record::Layer T>
  T* add(std::uint32_t tail_size = 0) noexcept {
    const std::uint32_t size = record::align_layer(static_cast<std::uint32_t>(sizeof(T)) + tail_size);
    if (size > record::kMaxRecordSize - size_ || header().layer_count == record::kMaxLayers) [[unlikely]] {
      flag(record::kLimited);
      return nullptr;
    }
    last_ = size_;
    // The padding lies in the last word; the caller then writes the tail's part of that word.
    if (tail_size != 0) std::memset(room_ + (size_ + size - record::kLayerAlignment), 0, record::kLayerAlignment);
    std::memset(room_ + size_, 0, sizeof(T));
    auto* layer = at<T>(size_);
    layer->header = {T::kType, scope_, static_cast<std::uint16_t>(size)};
    size_ += size;
    ++header().layer_count;
    return layer;
  }

  // Where the tail of a block of this record starts.
  template <record::Layer T>
  static std::byte* tail(T* layer) noexcept {
    return static_cast<std::byte*>(static_cast<void*>(layer)) + sizeof(T);
  }

  // Lengthens the last block's tail by `size_bytes` (a multiple of kLayerAlignment) and returns them, zeroed; or
  // nullptr where the record has no room left for them; then the record is flagged kLimited and the block is as it was.
  std::byte* grow(std::uint32_t size_bytes) noexcept {
    if (size_bytes > record::kMaxRecordSize - size_) {
      flag(record::kLimited);
      return nullptr;
    }
    auto& block = *at<record::LayerHeader>(last_);
    block.size = static_cast<std::uint16_t>(block.size + size_bytes);
    std::byte* grown = room_ + size_;
    std::memset(grown, 0, size_bytes);
    size_ += size_bytes;
    return grown;
  }

  // The first block, or nullptr where there is none or it is of another type.
  template <record::Layer T>
  T* first() noexcept {
    if (header().layer_count == 0) return nullptr;
    auto* layer = at<T>(sizeof(record::RecordHeader));
    return layer->header.type == T::kType ? layer : nullptr;
  }

  void flag(record::RecordFlags flag) noexcept { header().flags |= static_cast<std::uint8_t>(flag); }
  void set_scope(std::uint8_t scope) noexcept { scope_ = scope; }
  std::uint8_t scope() const noexcept { return scope_; }

  // Bytes of the record so far, aligned to record::kRecordAlignment: what LaneWriter::commit takes.
  std::uint32_t size() const noexcept { return record::align_record(size_); }

 private:
  template <typename T>
  T* at(std::uint32_t offset) noexcept {
    return static_cast<T*>(static_cast<void*>(room_ + offset));
  }

  std::byte* room_;
  std::uint32_t size_ = sizeof(record::RecordHeader);
  std::uint32_t last_ = 0;  // offset of the last block
  std::uint8_t scope_ = 0;
};

}  // namespace pktferry::decode
