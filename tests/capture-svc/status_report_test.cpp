#include "capture-svc/status_report.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/json.hpp"

namespace pktferry::capture {
namespace {

ring::Ledger example() {
  ring::Ledger ledger;
  ledger.ring_id = "0123456789abcdef0123456789abcdef";
  ledger.node = "node-1";
  ledger.destination = "kafka://broker:9092/network-traffic";
  ledger.geometry = {1, 2, 1u << 20};
  ledger.capturing = true;
  ledger.publishers = 2;
  ledger.runs = 3;
  ledger.kernel_received = 1'234'567;
  ledger.kernel_dropped = 67;
  ledger.kernel_waiting = 500;
  ledger.kernel_read = 1'234'000;
  ledger.read = 1'235'000;
  ledger.dropped = {4, 3, 2};
  ledger.written = 1'234'991;
  ledger.delivered = 1'234'000;
  ledger.failed = {1, 2, 3};
  ledger.corrupt = 4;
  ledger.replaced = 5;
  ledger.in_ring = 976;
  ledger.lanes = {{700'000, 3, 699'500, 4, 6, 490, 262'144, true}, {534'991, 0, 534'500, 0, 0, 486, 0, false}};
  return ledger;
}

TEST(StatusReport, TableIsWhatPeopleRead) {
  EXPECT_EQ(status_table(example()),
            R"(ring          0123456789abcdef0123456789abcdef
node          node-1
destination   kafka://broker:9092/network-traffic
capture       running
publishers    2
runs          3

received by the kernel               1,234,567
  = read                             1,234,000
  + dropped by the kernel                   67
  + left when capture stopped              500
  closes

read                                 1,235,000
  = written                          1,234,991
  + dropped: unsupported                     4
  + dropped: full                            3
  + dropped: killed                          2
  closes

written                              1,234,991
  = delivered                        1,234,000
  + failed: too_large                        1
  + failed: invalid_timestamp                2
  + failed: invalid_record                   3
  + corrupt                                  4
  + replaced with its ring                   5
  + in the ring                            976
  closes

lane          written        delivered    dropped: full  in the ring   used  publisher
   0          700,000          699,500                3          490    25%  yes
   1          534,991          534,500                0          486     0%  none
)");
}

TEST(StatusReport, JsonKeepsItsKeys) {
  EXPECT_EQ(status_json(example()),
            R"({"ring":"0123456789abcdef0123456789abcdef","node":"node-1",)"
            R"("destination":"kafka://broker:9092/network-traffic","capturing":true,"publishers":2,"runs":3,)"
            R"("unclean_runs":0,"wild_cursors":0,"workers":1,"lane_bytes":1048576,)"
            R"("kernel":{"received":1234567,"read":1234000,"dropped":67,"waiting":500,"unexplained":0,"closes":true},)"
            R"("read":{"packets":1235000,"written":1234991,)"
            R"("dropped":{"unsupported":4,"full":3,"killed":2},"unexplained":0,"closes":true},)"
            R"("written":{"records":1234991,"delivered":1234000,)"
            R"("failed":{"too_large":1,"invalid_timestamp":2,"invalid_record":3},)"
            R"("corrupt":4,"replaced":5,"in_ring":976,"unexplained":0,"closes":true},)"
            R"("lanes":[{"lane":0,"written":700000,"full":3,"delivered":699500,"failed":6,"corrupt":4,"in_ring":490,)"
            R"("in_ring_bytes":262144,"owned":true},)"
            R"({"lane":1,"written":534991,"full":0,"delivered":534500,"failed":0,"corrupt":0,"in_ring":486,)"
            R"("in_ring_bytes":0,"owned":false}]})");
}

TEST(StatusReport, EquationThatDoesNotCloseSaysByHowMuchAndWhichWay) {
  ring::Ledger ledger = example();
  ledger.kernel_received += 1000;
  ledger.in_ring += 12;
  ledger.unclean_runs = 1;
  ledger.wild_cursors = 1;
  const std::string table = status_table(ledger);
  EXPECT_NE(table.find("does not close: 1,000 unaccounted for\n"), std::string::npos) << table;
  EXPECT_NE(table.find("does not close: 12 too many\n"), std::string::npos) << table;
  EXPECT_NE(table.find("3, 1 of them killed\n"), std::string::npos) << table;
  EXPECT_NE(table.find("wild cursors  1\n"), std::string::npos) << table;
  const std::string json = status_json(ledger);
  EXPECT_NE(json.find(R"("unexplained":1000,"closes":false)"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("unexplained":-12,"closes":false)"), std::string::npos) << json;
}

TEST(StatusReport, EmptyLedgerIsNoTrouble) {
  EXPECT_NE(status_table({}).find("destination   none yet\n"), std::string::npos);
  EXPECT_NO_THROW(testing::parse_json(status_json({})));
}

TEST(StatusReport, HostileNamesNeitherSpeakToTheTerminalNorBreakTheJson) {
  ring::Ledger ledger = example();
  ledger.node = "a\"b\x1b[2J\xff\n";
  ledger.destination = "\x1b]0;x\x07";
  EXPECT_EQ(status_table(ledger).find('\x1b'), std::string::npos);
  const auto json = testing::parse_json(status_json(ledger));
  EXPECT_EQ(std::string(json["node"].GetString()), "a\"b\x1b[2J\xef\xbf\xbd\n");
}

TEST(StatusReport, NumbersOfAnySizeAreGrouped) {
  ring::Ledger ledger;
  ledger.read = 18446744073709551615u;
  EXPECT_NE(status_table(ledger).find(" 18,446,744,073,709,551,615\n"), std::string::npos) << status_table(ledger);
  ledger.read = 999;
  EXPECT_NE(status_table(ledger).find(" 999\n"), std::string::npos);
  ledger.read = 1000;
  EXPECT_NE(status_table(ledger).find(" 1,000\n"), std::string::npos);
}

}  // namespace
}  // namespace pktferry::capture
