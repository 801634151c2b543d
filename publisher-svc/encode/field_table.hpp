// The lists as plain data, for what is not hot: --fields and the documents.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "publisher-svc/encode/field.hpp"

namespace pktferry::encode {

struct ListInfo;

struct FieldInfo {
  std::string_view name;
  FieldType type;
  std::uint64_t max_value;  // of a number, or of a number in an array; else 0
  bool is_conditional;      // not in every object of its list
  Doc doc;
  const ListInfo* elements;  // of kObjects, else nullptr
};

struct ListInfo {
  std::string_view name;
  bool repeats;
  LayerDoc doc;
  std::size_t index;  // in kLists: which mask of a Selection
  std::vector<FieldInfo> fields;
};

// The lists of kLists in their order. Built once, lives for ever; safe from any thread.
const std::vector<ListInfo>& field_table();

// The first entries of field_table() are objects of the message itself (capture), of `layers` alone (frame), and of any
// object of layers; the last ones are elements of arrays within a layer.
bool is_capture(const ListInfo& list);
bool is_frame(const ListInfo& list);
bool is_protocol(const ListInfo& list);

}  // namespace pktferry::encode
