// The most bytes any record that RecordView::parse accepts can give, known before the program runs.
//
// A message is what every record has (timestamp, capture, frame), at most kMaxLayers blocks, and what lies in the
// blocks' tails. A block gives at most the sum of its fields and takes at least its struct from the record's size. A
// byte of tail gives at most kBytesPerTailByte: as a byte of an element's struct its share of the element's fields, as
// a byte of text one escape. So the record's size, spent where it gives most, bounds the whole.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include "publisher-svc/encode/catalogue.hpp"
#include "publisher-svc/encode/write_text.hpp"
#include "shared/record/record.hpp"

namespace pktferry::encode {

// Room that writers may touch behind what they write.
inline constexpr std::size_t kWriteSlack = 32;

template <typename Field, typename Source>
consteval std::size_t max_field_size() {
  using Value = std::remove_cvref_t<decltype(ask(std::declval<const Field&>().get, std::declval<const Source&>(),
                                                 std::declval<Tail>()))>;
  return Field::kName.size() + sizeof(",\"\":") - 1 + Field::Kind::template max_size<Value>();
}

// Bytes of one object of the list: its brackets and comma, all its independent fields, and the largest alternative.
template <typename List>
consteval std::size_t max_object_size() {
  std::array<std::size_t, 65> by_alternative{};
  [&]<typename... Fields>(std::type_identity<std::tuple<Fields...>>) {
    ((by_alternative[Fields::kAlternative] += max_field_size<Fields, typename List::Source>()), ...);
  }(std::type_identity<decltype(List::fields)>{});
  return sizeof(",{}") - 1 + by_alternative[0] + *std::max_element(by_alternative.begin() + 1, by_alternative.end());
}

// Bytes that a byte of tail gives at most, rounded up.
inline constexpr std::size_t kBytesPerTailByte = std::max(
    {kMaxEscapedByte, max_object_size<std::remove_cv_t<decltype(kDnsQuestionLayer)>>() / sizeof(record::DnsEntry) + 1,
     max_object_size<std::remove_cv_t<decltype(kDnsAnswerLayer)>>() / sizeof(record::DnsEntry) + 1});

// Bytes that a block of the layer adds to what its bytes would give as a tail; an object of `inner` may begin with it.
template <typename Layer>
consteval std::size_t max_block_excess() {
  constexpr std::size_t kKeys = Layer::kName.size() + sizeof(",\"\":[]") - 1 + sizeof(",\"inner\":[{}]") - 1;
  const std::size_t size = kKeys + max_object_size<Layer>();
  const std::size_t as_tail = sizeof(typename Layer::Source) * kBytesPerTailByte;
  return size > as_tail ? size - as_tail : 0;
}

inline constexpr std::size_t kMaxMessageBound = [] {
  const std::size_t fixed = sizeof("{\"timestamp\":\"\",\"capture\":,\"layers\":{\"frame\":},\"inner\":[]}") +
                            Time::max_size<std::string_view>() +
                            max_object_size<std::remove_cv_t<decltype(kCaptureLayer)>>() +
                            max_object_size<std::remove_cv_t<decltype(kFrameLayer)>>();
  const std::size_t excess = std::apply(
      [](const auto&... layer) { return std::max({max_block_excess<std::remove_cvref_t<decltype(layer)>>()...}); },
      kProtocolLayers);
  const std::size_t tails = (record::kMaxRecordSize - sizeof(record::RecordHeader)) * kBytesPerTailByte;
  return fixed + record::kMaxLayers * excess + tails + kWriteSlack;
}();

}  // namespace pktferry::encode
