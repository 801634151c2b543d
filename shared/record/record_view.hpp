// Read access to one record that lies in memory of one's own, checked once.
//
// The bytes may come from a hostile peer: parse() checks every size and count that a reader would follow, and after it
// the accessors cannot leave the record. Thread rights: none needed, a view only reads.
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

#include "shared/record/layer.hpp"
#include "shared/record/record.hpp"

namespace pktferry::record {

// A block that is known to lie wholly in its record, with the tail its counts claim.
class LayerView {
 public:
  explicit LayerView(const std::byte* block) : block_(block) {}
  LayerType type() const { return header().type; }
  std::uint8_t scope() const { return header().scope; }
  const LayerHeader& header() const { return *reinterpret_cast<const LayerHeader*>(block_); }

  // The caller has checked type() == T::kType.
  template <Layer T>
  const T& as() const {
    return *reinterpret_cast<const T*>(block_);
  }
  // The tail of the block, as long as T's own counts say.
  template <Layer T>
  std::span<const std::byte> tail() const {
    return {block_ + sizeof(T), as<T>().tail_size()};
  }

  LayerView next() const { return LayerView(block_ + header().size); }

 private:
  const std::byte* block_;  // aligned to kLayerAlignment
};

class RecordView {
 public:
  // Checks a whole record: its size, kind, counts, and every block's size, order of scopes and tail (the entries of a
  // DNS tail too). Blocks of a type this version does not know are allowed and must be skipped by the reader.
  // `bytes` must be aligned to kRecordAlignment, start with the RecordHeader, and outlive the view.
  // Returns nothing where anything is out of bounds.
  [[nodiscard]] static std::optional<RecordView> parse(std::span<const std::byte> bytes) noexcept;

  const RecordHeader& header() const { return *reinterpret_cast<const RecordHeader*>(bytes_); }
  // header().layer_count blocks start here; step with LayerView::next().
  LayerView first_layer() const { return LayerView(bytes_ + sizeof(RecordHeader)); }

 private:
  explicit RecordView(const std::byte* bytes) : bytes_(bytes) {}
  const std::byte* bytes_;
};

}  // namespace pktferry::record
