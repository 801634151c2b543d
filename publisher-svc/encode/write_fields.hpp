// A list and its source to the members of a JSON object: the hot loop, unrolled by the compiler into one sequence of
// key copies and value writers.
//
// Every member is written as `,"key":value`; whoever opens an object or array patches its first comma into the bracket.
// Nothing written means nothing there: an empty object or array is taken back with its key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "publisher-svc/encode/field.hpp"
#include "publisher-svc/encode/literal.hpp"
#include "publisher-svc/encode/selection.hpp"

namespace pktferry::encode {

// Turns the members written since `begin` into an object or array. `begin` < `end`.
[[gnu::always_inline]] inline char* enclose(char* begin, char* end, char open, char close) noexcept {
  *begin = open;
  *end = close;
  return end + 1;
}

template <const auto& List, typename Source>
[[gnu::always_inline]] inline char* write_object(char* out, const Selection& selection, const Source& source, Tail tail,
                                                 auto&& write_quoted) noexcept;

// `,"questions":[{...},{...}]`
template <Literal Name, const auto& ElementList>
char* write_array(char* out, const Selection& selection, const auto& elements) noexcept {
  char* const begin = JoinedLiteral<",\"", Name, "\":">::put(out);
  char* end = begin;
  for (const auto& element : elements) {
    char* const after_comma = end + 1;
    char* const object_end =
        write_object<ElementList>(after_comma, selection, element, {}, [](char* at) { return at; });
    if (object_end == after_comma) continue;
    *end = ',';
    end = object_end;
  }
  return end == begin ? out : enclose(begin, end, '[', ']');
}

template <const auto& List, std::size_t I, typename Source>
[[gnu::always_inline]] inline char* write_field(char* out, std::uint64_t mask, const Selection& selection,
                                                const Source& source, Tail tail, auto&& write_quoted) noexcept {
  constexpr const auto& kField = std::get<I>(List.fields);
  using Field = std::remove_cvref_t<decltype(kField)>;
  using Kind = typename Field::Kind;
  if ((mask >> I & 1) == 0) return out;
  if constexpr (Field::kIsConditional) {
    if (!ask(kField.when, source, tail)) return out;
  }
  if constexpr (Kind::kType == FieldType::kObjects) {
    return write_array<Field::kName, Kind::kLayer>(out, selection, ask(kField.get, source, tail));
  } else if constexpr (Kind::kType == FieldType::kLayers) {
    char* const begin = JoinedLiteral<",\"", Field::kName, "\":">::put(out);
    char* const end = write_quoted(begin);
    return end == begin ? out : end;
  } else if constexpr (Kind::kQuoted) {
    out = JoinedLiteral<",\"", Field::kName, "\":\"">::put(out);
    out = Kind::write(out, ask(kField.get, source, tail));
    *out = '"';
    return out + 1;
  } else {
    out = JoinedLiteral<",\"", Field::kName, "\":">::put(out);
    return Kind::write(out, ask(kField.get, source, tail));
  }
}

// The fold over all fields. Inlined by force, and not a lambda in the caller: as a function of its own it could not see
// through the source, and everything would take 1.7 times as long.
template <const auto& List, typename Source, std::size_t... I>
[[gnu::always_inline]] inline char* write_members(char* out, std::uint64_t mask, const Selection& selection,
                                                  const Source& source, Tail tail, auto&& write_quoted,
                                                  std::index_sequence<I...>) noexcept {
  ((out = write_field<List, I>(out, mask, selection, source, tail, write_quoted)), ...);
  return out;
}

// `{"key":value,...}` of the selected fields that are there, or nothing at all. `write_quoted` writes an object of
// layers at its argument and returns its end, or its argument where there is none.
template <const auto& List, typename Source>
[[gnu::always_inline]] inline char* write_object(char* out, const Selection& selection, const Source& source, Tail tail,
                                                 auto&& write_quoted) noexcept {
  using ListType = std::remove_cvref_t<decltype(List)>;
  char* const end = write_members<List>(out, selection.mask<ListType>(), selection, source, tail, write_quoted,
                                        std::make_index_sequence<ListType::kFieldCount>{});
  return end == out ? out : enclose(out, end, '{', '}');
}

// `,"tcp":{...}`, or nothing.
template <const auto& List, typename Source>
[[gnu::always_inline]] inline char* write_member(char* out, const Selection& selection, const Source& source, Tail tail,
                                                 auto&& write_quoted) noexcept {
  using ListType = std::remove_cvref_t<decltype(List)>;
  char* const begin = JoinedLiteral<",\"", ListType::kName, "\":">::put(out);
  char* const end = write_object<List>(begin, selection, source, tail, write_quoted);
  return end == begin ? out : end;
}

}  // namespace pktferry::encode
