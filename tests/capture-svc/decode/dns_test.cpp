#include <gtest/gtest.h>

#include <cstring>
#include "tests/capture-svc/decode/decoded.hpp"
#include "tests/capture-svc/decode/wire.hpp"

#include "shared/record/dns.hpp"

namespace pktferry::decode::test {
namespace {

using record::Dns;
using record::DnsData;
using record::DnsEntry;

struct Entry {
  DnsEntry fields;
  std::string name;
  std::string data;
};

std::vector<Entry> entries_of(const Decoded& decoded) {
  std::vector<Entry> entries;
  std::span<const std::byte> rest = decoded.tail<Dns>();
  while (!rest.empty()) {
    Entry entry;
    std::memcpy(&entry.fields, rest.data(), sizeof entry.fields);
    const auto chars = [&](std::size_t offset, std::size_t size) {
      const auto bytes = rest.subspan(sizeof entry.fields + offset, size);
      return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    entry.name = chars(0, entry.fields.name_length);
    entry.data = chars(entry.fields.name_length, entry.fields.data_length);
    rest = rest.subspan(record::align_layer(
        static_cast<std::uint32_t>(sizeof entry.fields + entry.fields.name_length + entry.fields.data_length)));
    entries.push_back(entry);
  }
  return entries;
}

const Bytes kExampleCom = hex("07") + text("example") + hex("03") + text("com") + hex("00");
const Bytes kQuestion = kExampleCom + hex("00 01 00 01");
// The name of the question, which starts behind the 12 bytes of the header.
const Bytes kToQuestion = hex("c0 0c");

Bytes answer(unsigned type, const Bytes& data, unsigned klass = 1) {
  return kToQuestion + be16(type) + be16(klass) + hex("00 00 01 2c") + be16(data.size()) + data;
}

Decoded decode_response(unsigned answers, const Bytes& entries) {
  return Decoded(dns_over_ipv4(dns(0x8180, 1, answers, kQuestion + entries)));
}

TEST(DecodeDns, ReadsTheHeader) {
  const Decoded decoded(dns_over_ipv4(hex("be ef 85 b3 00 00 00 00 00 05 00 06")));
  EXPECT_EQ(decoded.chain(), "eth ip udp dns");
  const auto& dns = decoded.get<Dns>();
  EXPECT_EQ(dns.id, 0xbeef);
  EXPECT_EQ(dns.flags, 0x85b3);
  EXPECT_EQ(dns.count_queries, 0);
  EXPECT_EQ(dns.count_answers, 0);
  EXPECT_EQ(dns.count_authorities, 5);
  EXPECT_EQ(dns.count_additionals, 6);
  EXPECT_EQ(dns.entries_size, 0);
  EXPECT_EQ(decoded.header().flags, 0);
}

TEST(DecodeDns, CallsAHeaderBeyondTheDatagramMalformedAndOneThatTheCaptureCutTruncated) {
  const Bytes frame = dns_over_ipv4(dns(0, 0, 0, {}));
  for (std::size_t size = 1; size < 12; ++size) {
    EXPECT_EQ(Decoded(dns_over_ipv4(cut(dns(0, 0, 0, {}), size))).faults(), record::kMalformed) << size;
    const Decoded decoded(cut(frame, 42 + size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth ip udp") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
  }
}

TEST(DecodeDns, ReadsAQuestion) {
  const Decoded decoded(dns_over_ipv4(dns(0x0100, 1, 0, kQuestion)));
  const auto entries = entries_of(decoded);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(decoded.get<Dns>().question_count, 1);
  EXPECT_EQ(decoded.get<Dns>().answer_count, 0);
  EXPECT_EQ(entries[0].name, "example.com");
  EXPECT_EQ(entries[0].fields.type, 1);
  EXPECT_EQ(entries[0].fields.klass, 1);
  EXPECT_EQ(entries[0].fields.ttl_s, 0u);
  EXPECT_EQ(entries[0].fields.data_kind, DnsData::kNone);
  EXPECT_EQ(decoded.header().flags, 0);
}

TEST(DecodeDns, ReadsTheRootAsAnEmptyName) {
  const Decoded decoded(dns_over_ipv4(dns(0x0100, 1, 0, hex("00 00 02 00 01"))));
  const auto entries = entries_of(decoded);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].name, "");
  EXPECT_EQ(entries[0].fields.type, 2);
}

TEST(DecodeDns, KeepsTheBytesOfLabelsAsTheyAre) {
  const Decoded decoded(dns_over_ipv4(dns(0x0100, 1, 0, hex("04 2e 00 ff 41  00 00 01 00 01"))));
  EXPECT_EQ(entries_of(decoded).at(0).name, std::string(".\0\xff"
                                                        "A",
                                                        4));
}

TEST(DecodeDns, ReadsAddressesOfAnswers) {
  const Decoded decoded = decode_response(
      2, answer(1, hex("5d b8 d8 22")) + answer(28, hex("20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 07")));
  const auto entries = entries_of(decoded);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(decoded.get<Dns>().question_count, 1);
  EXPECT_EQ(decoded.get<Dns>().answer_count, 2);
  EXPECT_EQ(entries[1].name, "example.com");
  EXPECT_EQ(entries[1].fields.ttl_s, 300u);
  EXPECT_EQ(entries[1].fields.data_kind, DnsData::kIpv4);
  EXPECT_EQ(entries[1].data, std::string("\x5d\xb8\xd8\x22", 4));
  EXPECT_EQ(entries[2].fields.data_kind, DnsData::kIpv6);
  EXPECT_EQ(entries[2].data.size(), 16u);
  EXPECT_EQ(entries[2].data.back(), 7);
  EXPECT_EQ(decoded.header().flags, 0);
}

TEST(DecodeDns, ReadsNamesOfAnswersWithCompression) {
  const Bytes www = hex("03") + text("www") + kToQuestion;
  for (const unsigned type : {2u, 5u, 12u}) {
    const auto entries = entries_of(decode_response(1, answer(type, www)));
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[1].fields.data_kind, DnsData::kName);
    EXPECT_EQ(entries[1].data, "www.example.com");
  }
}

TEST(DecodeDns, ReadsPreferenceAndExchangeOfMx) {
  const auto entries = entries_of(decode_response(1, answer(15, hex("00 0a 04") + text("mail") + kToQuestion)));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].fields.preference, 10);
  EXPECT_EQ(entries[1].data, "mail.example.com");
}

TEST(DecodeDns, JoinsTheStringsOfTxt) {
  const auto entries = entries_of(decode_response(1, answer(16, hex("03") + text("v=1") + hex("00 02") + text(" x"))));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].fields.data_kind, DnsData::kText);
  EXPECT_EQ(entries[1].data, "v=1 x");
}

TEST(DecodeDns, CutsTextOfMoreThan255BytesAndSaysSo) {
  const Decoded decoded =
      decode_response(2, answer(16, hex("c8") + fill(200) + hex("64") + fill(100)) + answer(1, hex("01 02 03 04")));
  const auto entries = entries_of(decoded);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[1].data.size(), 255u);
  EXPECT_EQ(entries[2].fields.data_kind, DnsData::kIpv4);
  EXPECT_EQ(decoded.faults(), record::kLimited);
}

TEST(DecodeDns, RecordsTypesThatItDoesNotKnowWithoutTheirData) {
  const auto entries = entries_of(decode_response(1, answer(65, fill(30))));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].fields.type, 65);
  EXPECT_EQ(entries[1].fields.data_kind, DnsData::kNone);
  EXPECT_EQ(entries[1].fields.data_length, 0);
}

TEST(DecodeDns, ReadsAddressesOfTheInternetClassOnly) {
  const auto entries = entries_of(decode_response(2, answer(1, fill(7), 3) + answer(1, hex("0a 00 00 01"), 0x8001)));
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[1].fields.data_kind, DnsData::kNone);
  EXPECT_EQ(entries[2].fields.data_kind, DnsData::kIpv4);
}

TEST(DecodeDns, AcceptsTheRecordsWithoutDataOfADynamicUpdate) {
  const Decoded decoded = decode_response(2, answer(1, {}, 255) + answer(5, {}, 254));
  EXPECT_EQ(decoded.get<Dns>().answer_count, 2);
  EXPECT_EQ(decoded.faults(), 0);
}

TEST(DecodeDns, FlagsDataThatContradictsItsTypeAndKeepsWhatWasBefore) {
  const Bytes bad[] = {
      answer(1, fill(3)),                      // an address of 3 bytes
      answer(28, fill(15)),                    // and of 15
      answer(5, {}),                           // no name
      answer(5, kToQuestion + hex("00")),      // a name that ends before its data
      answer(5, hex("03 77 77")),              // and one that ends behind it
      answer(15, hex("00")),                   // half a preference
      answer(15, hex("00 0a")),                // no exchange
      answer(16, hex("05 61 62")),             // a string that is longer than its data
      cut(answer(1, hex("01 02 03 04")), 15),  // data that is longer than the message
      cut(answer(1, hex("01 02 03 04")), 11),  // no data length
  };
  for (const Bytes& entry : bad) {
    const Decoded decoded = decode_response(2, answer(1, hex("01 02 03 04")) + entry);
    EXPECT_EQ(decoded.get<Dns>().question_count, 1) << hex_of(entry);
    EXPECT_EQ(decoded.get<Dns>().answer_count, 1) << hex_of(entry);
    EXPECT_EQ(entries_of(decoded).size(), 2u) << hex_of(entry);
    EXPECT_EQ(decoded.faults(), record::kMalformed) << hex_of(entry);
    EXPECT_EQ(decoded.payload_length(), 0u);
  }
}

TEST(DecodeDns, FlagsNamesThatContradictThemselves) {
  const Bytes bad[] = {
      {},                              // nothing where a name is due
      hex("05 61 62"),                 // a label beyond the message
      hex("01 61"),                    // no root
      hex("c0"),                       // half a pointer
      hex("40 00 00 01 00 01"),        // label type 01
      hex("80 00 00 01 00 01"),        // label type 10
      hex("c0 0c 00 01 00 01"),        // a pointer to itself
      hex("01 61 c0 0c 00 01 00 01"),  // a pointer back to its own name
      hex("c0 0e 00 00 01 00 01"),     // a pointer forward
      hex("c0 00 00 01 00 01"),        // a pointer into the header
      hex("c0 ff 00 01 00 01"),        // a pointer beyond the message
  };
  for (const Bytes& name : bad) {
    const Decoded decoded(dns_over_ipv4(dns(0x0100, 1, 0, name)));
    EXPECT_EQ(decoded.chain(), "eth ip udp dns") << hex_of(name);
    EXPECT_EQ(decoded.get<Dns>().question_count, 0) << hex_of(name);
    EXPECT_EQ(decoded.faults(), record::kMalformed) << hex_of(name);
  }
}

TEST(DecodeDns, RefusesTwoNamesThatPointAtEachOther) {
  // The first name's pointer leads forward into the second, which leads back: the loop that hangs parsers.
  const Bytes loop = hex("01 61 c0 14  00 01 00 01  01 62 c0 0c  00 01 00 01");
  const Decoded decoded(dns_over_ipv4(dns(0x0100, 2, 0, loop)));
  EXPECT_EQ(decoded.get<Dns>().question_count, 0);
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeDns, AcceptsANameOf255BytesAndNoneLonger) {
  const Bytes label = hex("3f") + fill(63, 'x');
  const Bytes head = label + label + label;  // 192 bytes
  const Bytes longest = head + hex("3d") + fill(61, 'x') + hex("00");
  const Bytes too_long = head + hex("3e") + fill(62, 'x') + hex("00");
  ASSERT_EQ(longest.size(), 255u);

  const Decoded decoded(dns_over_ipv4(dns(0x0100, 1, 0, longest + hex("00 01 00 01"))));
  EXPECT_EQ(decoded.faults(), 0);
  EXPECT_EQ(entries_of(decoded).at(0).name.size(), 253u);

  const Decoded refused(dns_over_ipv4(dns(0x0100, 1, 0, too_long + hex("00 01 00 01"))));
  EXPECT_EQ(refused.faults(), record::kMalformed);
  EXPECT_EQ(refused.get<Dns>().question_count, 0);
}

TEST(DecodeDns, BoundsANameThatGrowsByPointers) {
  // Every name is 40 bytes longer than the one before: the seventh exceeds 255.
  Bytes entries = hex("27") + fill(39, 'a') + hex("00 00 01 00 01");
  std::size_t previous = 12;
  for (int i = 0; i < 6; ++i) {
    const std::size_t here = 12 + entries.size();
    entries =
        entries + hex("27") + fill(39, 'b') + be16(0xc000 | previous) + hex("00 05 00 01 00 00 00 00 00 02 c0 0c");
    previous = here;
  }
  const Decoded decoded(dns_over_ipv4(dns(0x8000, 1, 6, entries)));
  EXPECT_EQ(decoded.get<Dns>().answer_count, 5);
  EXPECT_EQ(decoded.faults(), record::kMalformed);
}

TEST(DecodeDns, FollowsAChainOf127PointersAndNoLonger) {
  // TXT data full of pointers, each to the one before, the first of them to the question's name.
  for (const std::size_t pointers : {127u, 128u}) {
    const std::size_t data_offset = 12 + kQuestion.size() + 12 + 1;
    Bytes chain = kToQuestion;
    for (std::size_t i = 1; i + 1 < pointers; ++i) chain = chain + be16(0xc000 | (data_offset + 2 * (i - 1)));
    const std::size_t last = data_offset + chain.size() - 2;
    const Bytes carrier = answer(16, Bytes{static_cast<std::byte>(chain.size())} + chain);
    const Bytes user = be16(0xc000 | last) + hex("00 01 00 01 00 00 00 00 00 04 01 02 03 04");
    const Decoded decoded = decode_response(2, carrier + user);
    EXPECT_EQ(decoded.get<Dns>().answer_count, pointers == 127 ? 2 : 1);
    EXPECT_EQ(decoded.faults(), pointers == 127 ? 0 : record::kMalformed);
    if (pointers == 127) {
      EXPECT_EQ(entries_of(decoded).at(2).name, "example.com");
    }
  }
}

TEST(DecodeDns, RecordsFourQuestionsAndTwelveAnswersAtMost) {
  Bytes questions;
  for (int i = 0; i < 5; ++i) questions = questions + kQuestion;
  const Decoded many_questions(dns_over_ipv4(dns(0x0100, 5, 0, questions)));
  EXPECT_EQ(many_questions.get<Dns>().question_count, 4);
  EXPECT_EQ(many_questions.get<Dns>().count_queries, 5);
  EXPECT_EQ(many_questions.faults(), record::kLimited);

  Bytes answers;
  for (int i = 0; i < 12; ++i) answers = answers + answer(1, hex("0a 00 00 01"));
  EXPECT_EQ(decode_response(12, answers).faults(), 0);
  const Decoded many_answers = decode_response(13, answers + answer(1, hex("0a 00 00 01")));
  EXPECT_EQ(many_answers.get<Dns>().answer_count, 12);
  EXPECT_EQ(many_answers.get<Dns>().count_answers, 13);
  EXPECT_EQ(many_answers.faults(), record::kLimited);
}

TEST(DecodeDns, StopsAtTheEntryThatTheRecordHasNoRoomFor) {
  // 12 answers of 253 + 253 bytes, 16 in front of each, are more than a record of 4096 bytes holds.
  const Bytes label = hex("3f") + fill(63, 'x');
  const Bytes question = label + label + label + hex("3d") + fill(61, 'x') + hex("00 00 05 00 01");
  Bytes answers;
  for (int i = 0; i < 12; ++i) answers = answers + answer(5, kToQuestion);
  const Decoded decoded(dns_over_ipv4(dns(0x8180, 1, 12, question + answers)));
  EXPECT_EQ(decoded.get<Dns>().question_count, 1);
  EXPECT_EQ(decoded.get<Dns>().answer_count, 7);
  EXPECT_EQ(entries_of(decoded).size(), 8u);
  EXPECT_EQ(decoded.faults(), record::kLimited);
}

TEST(DecodeDns, KeepsTheEntriesInFrontOfTheCutOfTheCapture) {
  const Bytes frame =
      dns_over_ipv4(dns(0x8180, 1, 2, kQuestion + answer(1, hex("01 02 03 04")) + answer(1, hex("05 06 07 08"))));
  const std::size_t question_end = 42 + 12 + kQuestion.size();
  for (std::size_t size = 42 + 12; size < frame.size(); ++size) {
    const Decoded decoded(cut(frame, size), LinkType::kEthernet, frame.size());
    EXPECT_EQ(decoded.chain(), "eth ip udp dns") << size;
    EXPECT_EQ(decoded.faults(), record::kTruncated) << size;
    EXPECT_EQ(decoded.get<Dns>().question_count, size >= question_end ? 1 : 0) << size;
    EXPECT_EQ(decoded.get<Dns>().answer_count, size >= question_end + 16 ? 1 : 0) << size;
  }
}

TEST(DecodeDns, CallsAMessageTruncatedThatGoesOnInAnotherFragment) {
  const Bytes message = dns(0x8180, 1, 2, kQuestion + answer(1, hex("01 02 03 04")) + answer(1, hex("05 06 07 08")));
  const Bytes datagram = udp(53, 40000, message);
  const Decoded decoded(ethernet(0x0800, ipv4(17, cut(datagram, datagram.size() - 6), 0x2000)));
  EXPECT_EQ(decoded.get<Dns>().answer_count, 1);
  EXPECT_EQ(decoded.faults(), record::kTruncated);
}

}  // namespace
}  // namespace pktferry::decode::test
