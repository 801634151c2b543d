// Figure 7 of the paper, field by field: the names, types and units that a message for an Ethernet/IPv4/TCP packet has.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "publisher-svc/encode/encoder.hpp"
#include "tests/publisher-svc/encode/crafted_record.hpp"
#include "tests/support/json.hpp"

namespace pktferry::encode {
namespace {

using pktferry::testing::json_at;

// The packet of the figure's kind: wire length, lengths, addresses and flags are all different numbers.
class Figure7 : public ::testing::Test {
 protected:
  Figure7() {
    testing::CraftedRecord record;
    record.header().timestamp_ns = 1661859047292967000;
    record.header().frame_number = 17;
    record.header().wire_length = 1514;
    record.header().captured_length = 256;
    record.header().payload_length = 202;
    record.flag(record::kHasPayload);
    record.add_ethernet(0x0800).trailer_size = 6;
    auto& ip = record.add_ipv4(6);
    ip.tos = 0xb8;
    ip.total_length = 1500;
    auto& tcp = record.add_tcp();
    tcp.urgent_pointer = 7;
    tcp.segment_length = 1460;
    text_ = testing::encode_text(Encoder(testing::crafted_options()), record.view());
    json_ = pktferry::testing::parse_json(text_);
  }
  std::string at(const char* path) const { return json_at(json_, path); }

  std::string text_;
  rapidjson::Document json_;
};

TEST_F(Figure7, TimestampIsAStringOfMicroseconds) {
  EXPECT_EQ(at("timestamp"), "\"1661859047292967\"");
}

TEST_F(Figure7, Frame) {
  EXPECT_EQ(at("layers/frame/frame_frame_time"), "\"1661859047292967\"");
  EXPECT_EQ(at("layers/frame/frame_frame_number"), "17");
  EXPECT_EQ(at("layers/frame/frame_frame_length"), "1514");  // on the wire; the paper's program gave the captured one
  EXPECT_EQ(at("layers/frame/frame_frame_protocols"), "\"eth:ip:tcp:payload\"");
}

TEST_F(Figure7, Ethernet) {
  EXPECT_EQ(at("layers/eth/eth_eth_dst"), "\"08:00:27:19:1c:78\"");  // the paper's program had the two swapped
  EXPECT_EQ(at("layers/eth/eth_eth_src"), "\"30:46:9a:23:fb:fa\"");
  EXPECT_EQ(at("layers/eth/eth_eth_type"), "2048");
  EXPECT_EQ(at("layers/eth/eth_eth_header_size"), "14");
  EXPECT_EQ(at("layers/eth/eth_eth_trailer_size"), "6");
}

TEST_F(Figure7, Ip) {
  EXPECT_EQ(at("layers/ip/ip_ip_version"), "4");
  EXPECT_EQ(at("layers/ip/ip_ip_hdr_len"), "5");  // 32-bit words
  EXPECT_EQ(at("layers/ip/ip_ip_tos"), "184");
  EXPECT_EQ(at("layers/ip/ip_ip_len"), "1500");
  EXPECT_EQ(at("layers/ip/ip_ip_id"), "20300");
  EXPECT_EQ(at("layers/ip/ip_ip_flags"), "2");
  EXPECT_EQ(at("layers/ip/ip_ip_flags_rb"), "0");
  EXPECT_EQ(at("layers/ip/ip_ip_flags_df"), "1");
  EXPECT_EQ(at("layers/ip/ip_ip_flags_mf"), "0");
  EXPECT_EQ(at("layers/ip/ip_ip_frag_offset"), "0");
  EXPECT_EQ(at("layers/ip/ip_ip_ttl"), "59");
  EXPECT_EQ(at("layers/ip/ip_ip_proto"), "6");
  EXPECT_EQ(at("layers/ip/ip_ip_checksum"), "18324");
  EXPECT_EQ(at("layers/ip/ip_ip_src"), "\"212.199.202.9\"");
  EXPECT_EQ(at("layers/ip/ip_ip_dst"), "\"10.0.0.6\"");
}

TEST_F(Figure7, AllOfTcpsHeaderBesides) {
  EXPECT_EQ(at("layers/tcp"),
            R"({"tcp_tcp_srcport":80,"tcp_tcp_dstport":44160,"tcp_tcp_seq_raw":3089746840,)"
            R"("tcp_tcp_ack_raw":3916895622,"tcp_tcp_hdr_len":20,"tcp_tcp_flags":24,"tcp_tcp_flags_res":0,)"
            R"("tcp_tcp_flags_ae":0,"tcp_tcp_flags_cwr":0,"tcp_tcp_flags_ece":0,"tcp_tcp_flags_urg":0,)"
            R"("tcp_tcp_flags_ack":1,"tcp_tcp_flags_push":1,"tcp_tcp_flags_reset":0,"tcp_tcp_flags_syn":0,)"
            R"("tcp_tcp_flags_fin":0,"tcp_tcp_window_size_value":20178,"tcp_tcp_checksum":56993,)"
            R"("tcp_tcp_urgent_pointer":7,"tcp_tcp_len":1460})");
}

TEST_F(Figure7, HasNoOtherLayersAndOneMoreFieldOfTheFrame) {
  std::vector<std::string> names;
  for (const auto& layer : pktferry::testing::find_json(json_, "layers")->GetObject()) {
    names.emplace_back(layer.name.GetString());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"frame", "eth", "ip", "tcp"}));
  EXPECT_EQ(at("layers/frame/frame_frame_cap_len"), "256");
  EXPECT_EQ(pktferry::testing::find_json(json_, "layers/frame")->MemberCount(), 5u);
}

TEST_F(Figure7, IsOneLineOfStrictJson) {
  EXPECT_EQ(text_.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace pktferry::encode
