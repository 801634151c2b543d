// Names and types of the fields against those of the reference tshark, whose answer is checked in: tshark_fields.tsv,
// made by tests/support/tshark_fields.sh.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "publisher-svc/encode/field_table.hpp"

namespace pktferry::encode {
namespace {

std::map<std::string, std::string> tshark_types() {
  std::ifstream file(PKTFERRY_SOURCE_DIR "/tests/contract/tshark_fields.tsv");
  std::map<std::string, std::string> types;
  std::string name, type;
  while (file >> name >> type) types[name] = type;
  return types;
}

bool agrees(FieldType type, const std::string& tshark) {
  switch (type) {
    case FieldType::kNumber:
    case FieldType::kNumbers: return tshark.starts_with("FT_UINT");
    case FieldType::kBoolean: return tshark == "FT_BOOLEAN";
    case FieldType::kMac: return tshark == "FT_ETHER" || tshark == "FT_BYTES";  // the text is the same
    case FieldType::kIpv4: return tshark == "FT_IPv4";
    case FieldType::kIpv6: return tshark == "FT_IPv6";
    case FieldType::kHex: return tshark == "FT_BYTES";
    case FieldType::kText: return tshark == "FT_STRING";
    case FieldType::kTime: return tshark == "FT_ABSOLUTE_TIME";
    case FieldType::kObjects:
    case FieldType::kLayers: return false;
  }
  return false;
}

// The first part of a field's name: what is no layer of tshark's goes by the layer it belongs to.
std::string prefix_of(const ListInfo& list) {
  if (list.name == "questions" || list.name == "answers") return "dns_";
  if (list.name == "ipv6_ext") return "ipv6_";
  return std::string(list.name) + '_';
}

TEST(TsharkFields, HaveTheTypeThatTsharkGivesThem) {
  const auto types = tshark_types();
  ASSERT_FALSE(types.empty());
  for (const ListInfo& list : field_table()) {
    for (const FieldInfo& field : list.fields) {
      if (field.doc.tshark.empty()) continue;
      const auto type = types.find(std::string(field.doc.tshark));
      ASSERT_NE(type, types.end()) << field.doc.tshark << ": run tests/support/tshark_fields.sh";
      EXPECT_TRUE(agrees(field.type, type->second)) << field.name << " is " << type->second;
    }
  }
}

TEST(TsharkFields, AreNamedAsTsharkPrintsThemInElasticFormat) {
  for (const ListInfo& list : field_table()) {
    for (const FieldInfo& field : list.fields) {
      if (field.doc.tshark.empty() || field.name == "frame_frame_length") continue;  // that one is the paper's
      std::string name = prefix_of(list) + std::string(field.doc.tshark);
      std::replace(name.begin(), name.end(), '.', '_');
      EXPECT_EQ(field.name, name);
    }
  }
}

TEST(TsharkFields, AreAllUsed) {
  std::set<std::string_view> used;
  for (const ListInfo& list : field_table()) {
    for (const FieldInfo& field : list.fields) used.insert(field.doc.tshark);
  }
  for (const auto& [name, type] : tshark_types()) EXPECT_TRUE(used.contains(name)) << name;
}

}  // namespace
}  // namespace pktferry::encode
