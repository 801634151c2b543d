// What a field is: the vocabulary in which the lists beside this file declare each protocol once.
//
// A list is a constexpr object: layer<"ip", record::Ipv4>(doc, field...). A field has a name (its JSON key), a kind
// (how its value is written, kinds.hpp), a getter, and what the documents say of it. The getter is a pointer to a
// member of the block, or something to call with the block, or with the block and its tail. All of it is known to the
// compiler, so that the encoder (write_fields.hpp) becomes one sequence of copies; nothing here exists at run time but
// `doc`.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "publisher-svc/encode/kinds.hpp"
#include "publisher-svc/encode/literal.hpp"

namespace pktferry::encode {

struct Doc {
  std::string_view tshark{};  // the field of `tshark -G fields` that it equals; empty: not tshark's
  std::string_view unit{};    // empty: a plain number, a code or a text
  std::string_view about{};
  bool sensitive = false;  // off unless `--fields` names it
};

using Tail = std::span<const std::byte>;

// Calls a getter or a predicate with as much as it takes.
template <typename Function, typename Source>
[[gnu::always_inline]] constexpr decltype(auto) ask(const Function& function, const Source& source, Tail tail) {
  if constexpr (std::is_invocable_v<const Function&, const Source&, Tail>) {
    return std::invoke(function, source, tail);
  } else {
    return std::invoke(function, source);
  }
}

struct Always {
  constexpr bool operator()(const auto&) const { return true; }
};

// `kAlternative`: fields of one list with different numbers above 0 never appear together (one_of); 0 is independent.
template <Literal Name, typename FieldKind, typename Get, typename When = Always, int Alternative = 0>
struct Field {
  using Kind = FieldKind;
  static constexpr auto kName = Name;
  static constexpr bool kIsConditional = !std::is_same_v<When, Always>;
  static constexpr int kAlternative = Alternative;
  Get get;
  When when;
  Doc doc;
};

template <Literal Name, typename Kind, typename Get>
constexpr auto field(Get get, Doc doc) {
  return std::tuple{Field<Name, Kind, Get>{get, {}, doc}};
}
template <Literal Name, typename Get>
constexpr auto number(Get get, Doc doc) {
  return field<Name, Number>(get, doc);
}
template <Literal Name, typename Get>
constexpr auto boolean(Get get, Doc doc) {
  return field<Name, Boolean>(get, doc);
}

// Getter of `Width` bits of an integer member, from bit `Shift` up.
template <auto Member, unsigned Shift, unsigned Width = 1>
struct Bits {
  constexpr auto operator()(const auto& source) const {
    using Value = std::remove_cvref_t<decltype(source.*Member)>;
    return static_cast<Value>((source.*Member >> Shift) & ((1u << Width) - 1));
  }
};
template <auto Member, unsigned Shift, unsigned Width = 1>
inline constexpr Bits<Member, Shift, Width> bits;

// Getter-like predicate: the bits of `Mask` are set in an integer member.
template <auto Member, unsigned Mask>
struct HasBits {
  constexpr bool operator()(const auto& source) const { return (source.*Member & Mask) == Mask; }
};
template <auto Member, unsigned Mask>
inline constexpr HasBits<Member, Mask> has;

// The fields are there only where `predicate` holds.
template <typename Predicate, typename... Groups>
constexpr auto when(Predicate predicate, Groups... groups) {
  return std::apply(
      [predicate](auto... fields) {
        return std::tuple{
            Field<decltype(fields)::kName, typename decltype(fields)::Kind, decltype(fields.get), Predicate>{
                fields.get, predicate, fields.doc}...};
      },
      std::tuple_cat(groups...));
}

template <typename Selector, int Alternative>
struct Chosen {
  Selector selector;
  constexpr bool operator()(const auto& source) const { return selector(source) == Alternative; }
};

// Of the groups only the selector(source)-th, counted from 1, is there; none where it gives 0.
template <typename Selector, typename... Groups>
constexpr auto one_of(Selector selector, Groups... groups) {
  const auto number_group = [selector]<int kAlternative>(auto group) {
    return std::apply(
        [selector](auto... fields) {
          using When = Chosen<Selector, kAlternative>;
          return std::tuple{
              Field<decltype(fields)::kName, typename decltype(fields)::Kind, decltype(fields.get), When, kAlternative>{
                  fields.get, When{selector}, fields.doc}...};
        },
        group);
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple_cat(number_group.template operator()<static_cast<int>(I) + 1>(groups)...);
  }
  (std::index_sequence_for<Groups...>{});
}

struct LayerDoc {
  std::string_view about{};
  std::string_view source{};  // the standard
};

// A JSON object: `Name` is its key, `SourceType` what its getters read. A repeating one is an array of such objects.
template <Literal Name, typename SourceType, bool Repeats, typename... Fields>
struct Layer {
  using Source = SourceType;
  static constexpr auto kName = Name;
  static constexpr bool kRepeats = Repeats;
  static constexpr std::size_t kFieldCount = sizeof...(Fields);
  static_assert(kFieldCount <= 64, "the selection of --fields has one bit a field");
  LayerDoc doc;
  std::tuple<Fields...> fields;
};

template <Literal Name, typename Source, bool Repeats>
struct LayerMaker {
  template <typename... Groups>
  constexpr auto operator()(LayerDoc doc, Groups... groups) const {
    return std::apply(
        [doc](auto... fields) {
          return Layer<Name, Source, Repeats, decltype(fields)...>{doc, std::tuple{fields...}};
        },
        std::tuple_cat(groups...));
  }
};
template <Literal Name, typename Source>
inline constexpr LayerMaker<Name, Source, false> layer;
template <Literal Name, typename Source>
inline constexpr LayerMaker<Name, Source, true> repeating_layer;

}  // namespace pktferry::encode
