#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "publisher-svc/encode/encoder.hpp"

namespace pktferry::encode {
namespace {

TEST(FieldsDocument, IsWhatTheFieldListsSay) {
  std::ifstream file(PKTFERRY_SOURCE_DIR "/docs/fields.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  // Not EXPECT_EQ: the difference of two long documents is for diff to show.
  EXPECT_TRUE(document == schema(SchemaFormat::kMarkdown))
      << "update it: publisher-svc schema --format markdown > docs/fields.md";
}

}  // namespace
}  // namespace pktferry::encode
