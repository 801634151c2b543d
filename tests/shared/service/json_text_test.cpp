#include "shared/service/json_text.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pktferry::service {
namespace {

using namespace std::string_view_literals;

TEST(JsonText, QuotesTheEmptyString) {
  EXPECT_EQ(json_string(""), R"("")");
}

TEST(JsonText, KeepsPlainTextAndUtf8) {
  EXPECT_EQ(json_string("eth0 é € 😀"), "\"eth0 é € 😀\"");
}

TEST(JsonText, EscapesQuotesBackslashesAndControlCharacters) {
  EXPECT_EQ(json_string("a\"b\\c\nd\te\x7f\0f"sv), R"("a\"b\\c\nd\u0009e\u007f\u0000f")");
}

TEST(JsonText, ReplacesWhatIsNotUtf8ByteByByte) {
  EXPECT_EQ(json_string("\xff"), R"("\ufffd")");
  EXPECT_EQ(json_string("\xc3"), R"("\ufffd")") << "cut off";
  EXPECT_EQ(json_string("\xc3x"), R"("\ufffdx")");
  EXPECT_EQ(json_string("\xc0\xaf"), R"("\ufffd\ufffd")") << "overlong";
  EXPECT_EQ(json_string("\xe0\x80\xaf"), R"("\ufffd\ufffd\ufffd")") << "overlong";
  EXPECT_EQ(json_string("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")") << "surrogate";
  EXPECT_EQ(json_string("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")") << "beyond U+10FFFF";
  EXPECT_EQ(json_string("\xf0\x8f\xbf\xbf"), R"("\ufffd\ufffd\ufffd\ufffd")") << "overlong";
}

}  // namespace
}  // namespace pktferry::service
