// Turns the constexpr lists into FieldInfo and ListInfo, once.
#include "publisher-svc/encode/field_table.hpp"

#include <limits>
#include <utility>

#include "publisher-svc/encode/catalogue.hpp"

namespace pktferry::encode {
namespace {

template <typename Field, typename Source>
using ValueOf = std::remove_cvref_t<decltype(ask(std::declval<const Field&>().get, std::declval<const Source&>(),
                                                 std::declval<Tail>()))>;

template <typename Kind, typename Value>
constexpr std::uint64_t max_value() {
  if constexpr (Kind::kType == FieldType::kNumber) {
    return std::numeric_limits<Value>::max();
  } else if constexpr (Kind::kType == FieldType::kBoolean) {
    return 1;
  } else if constexpr (Kind::kType == FieldType::kNumbers) {
    return std::numeric_limits<typename Kind::template Element<Value>>::max();
  } else {
    return 0;
  }
}

template <typename Source, typename Field>
FieldInfo describe_field(const Field& field, const std::vector<ListInfo>& table) {
  using Kind = typename Field::Kind;
  FieldInfo info{.name = Field::kName.view(),
                 .type = Kind::kType,
                 .max_value = max_value<Kind, ValueOf<Field, Source>>(),
                 .is_conditional = Field::kIsConditional,
                 .doc = field.doc,
                 .elements = nullptr};
  if constexpr (Kind::kType == FieldType::kObjects) {
    info.elements = &table[list_index<std::remove_cvref_t<decltype(Kind::kLayer)>>()];
  }
  return info;
}

template <std::size_t I>
void describe_list(std::vector<ListInfo>& table) {
  const auto& list = std::get<I>(kLists);
  using List = std::remove_cvref_t<decltype(list)>;
  ListInfo& info = table[I];
  info.name = List::kName.view();
  info.repeats = List::kRepeats;
  info.doc = list.doc;
  info.index = I;
  std::apply(
      [&](const auto&... field) { (info.fields.push_back(describe_field<typename List::Source>(field, table)), ...); },
      list.fields);
}

}  // namespace

const std::vector<ListInfo>& field_table() {
  static const std::vector<ListInfo> table = [] {
    std::vector<ListInfo> lists(kListCount);  // never grows: FieldInfo::elements points into it
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (describe_list<I>(lists), ...);
    }
    (std::make_index_sequence<kListCount>{});
    return lists;
  }();
  return table;
}

bool is_capture(const ListInfo& list) {
  return list.index == 0;
}
bool is_frame(const ListInfo& list) {
  return list.index == 1;
}
bool is_protocol(const ListInfo& list) {
  return list.index >= 2 && list.index < 2 + kProtocolCount;
}

}  // namespace pktferry::encode
