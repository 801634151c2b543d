#include "publisher-svc/encode/write_text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/json.hpp"

namespace pktferry::encode {
namespace {

std::string written(std::string_view text) {
  std::vector<char> out(text.size() * kMaxEscapedByte + 1);
  return {out.data(), write_text(out.data(), text)};
}

TEST(WriteText, WritesNothingForNoText) {
  EXPECT_EQ(written(""), "");
}

TEST(WriteText, LeavesAsciiAndItsCaseAlone) {
  EXPECT_EQ(written("www.Example.ORG /~"), "www.Example.ORG /~");
}

TEST(WriteText, EscapesQuoteBackslashAndControlCharacters) {
  EXPECT_EQ(written("a\"b\\c"), R"(a\"b\\c)");
  EXPECT_EQ(written(std::string("\0\n\x1f\x7f", 4)), R"(\u0000\u000a\u001f\u007f)");
}

TEST(WriteText, LeavesValidUtf8Alone) {
  EXPECT_EQ(written("Bücher.ch"), "Bücher.ch");
  EXPECT_EQ(written("\xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"),
            "\xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf");
}

TEST(WriteText, EscapesEachByteThatIsNotValidUtf8) {
  EXPECT_EQ(written("\x80"), R"(\u0080)");                      // continuation alone
  EXPECT_EQ(written("\xc3"), R"(\u00c3)");                      // cut off
  EXPECT_EQ(written("\xe2\x82"), R"(\u00e2\u0082)");            // cut off
  EXPECT_EQ(written("\xc3(x"), R"(\u00c3(x)");                  // not continued
  EXPECT_EQ(written("\xc0\xaf"), R"(\u00c0\u00af)");            // overlong
  EXPECT_EQ(written("\xe0\x9f\xbf"), R"(\u00e0\u009f\u00bf)");  // overlong
  EXPECT_EQ(written("\xf0\x8f\xbf\xbf"), R"(\u00f0\u008f\u00bf\u00bf)");
  EXPECT_EQ(written("\xed\xa0\x80"), R"(\u00ed\u00a0\u0080)");            // surrogate
  EXPECT_EQ(written("\xf4\x90\x80\x80"), R"(\u00f4\u0090\u0080\u0080)");  // above U+10FFFF
  EXPECT_EQ(written("\xff\xfe"), R"(\u00ff\u00fe)");
}

TEST(WriteText, TreatsEveryByteAlikeAtEveryPlaceAmongOthers) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string alone(1, static_cast<char>(byte));
    for (std::size_t place = 0; place < 17; ++place) {
      // Around it the plain bytes at the edges of what is plain.
      const std::string before(place, place % 2 != 0 ? ' ' : '~');
      const std::string behind(17 - place, '!');
      ASSERT_EQ(written(before + alone + behind), before + written(alone) + behind) << byte << " at " << place;
    }
  }
}

TEST(WriteText, GivesValidJsonForRandomBytes) {
  std::mt19937 random(4);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 64, '\0');
    // Half of the bytes are such that sequences begin or go on.
    for (char& c : text) c = static_cast<char>(random() % 2 != 0 ? 0x80 | random() : random());
    ASSERT_NO_THROW(pktferry::testing::parse_json('"' + written(text) + '"'));
  }
}

}  // namespace
}  // namespace pktferry::encode
