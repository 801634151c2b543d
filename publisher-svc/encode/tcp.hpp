// layers.tcp, after record::Tcp. What tshark derives from other packets (relative numbers, scaled window) is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "publisher-svc/encode/field.hpp"
#include "shared/record/tcp.hpp"

namespace pktferry::encode {

// One column of the pairs of edges in a TCP block's tail.
class SackEdges {
 public:
  enum Side : std::size_t { kLeft = 0, kRight = 4 };  // bytes into the pair
  SackEdges(const std::byte* pairs, std::size_t count, Side side) : pairs_(pairs), count_(count), side_(side) {}
  std::size_t size() const { return count_; }
  std::uint32_t operator[](std::size_t i) const {
    std::uint32_t edge;
    std::memcpy(&edge, pairs_ + i * 8 + side_, sizeof(edge));
    return edge;
  }

 private:
  const std::byte* pairs_;
  std::size_t count_;
  Side side_;
};

inline constexpr auto kTcpLayer = layer<"tcp", record::Tcp>(
    {.about = "Transmission Control Protocol; of a header that is cut only ports and sequence number",
     .source = "RFC 9293, RFC 3168, RFC 7323, RFC 2018"},
    number<"tcp_tcp_srcport">(&record::Tcp::src_port, {.tshark = "tcp.srcport", .about = "Source port"}),
    number<"tcp_tcp_dstport">(&record::Tcp::dst_port, {.tshark = "tcp.dstport", .about = "Destination port"}),
    number<"tcp_tcp_seq_raw">(&record::Tcp::sequence,
                              {.tshark = "tcp.seq_raw", .about = "Sequence number as in the header"}),
    when(has<&record::Tcp::present, record::Tcp::kWholeHeader>,
         number<"tcp_tcp_ack_raw">(&record::Tcp::acknowledgment,
                                   {.tshark = "tcp.ack_raw", .about = "Acknowledgment number as in the header"}),
         number<"tcp_tcp_hdr_len">(
             [](const record::Tcp& tcp) { return static_cast<std::uint16_t>(tcp.header_words * 4); },
             {.tshark = "tcp.hdr_len", .unit = "bytes", .about = "Header length"}),
         number<"tcp_tcp_flags">(&record::Tcp::flags, {.tshark = "tcp.flags", .about = "The twelve flag bits"}),
         boolean<"tcp_tcp_flags_res">(bits<&record::Tcp::flags, 9, 3>,
                                      {.tshark = "tcp.flags.res", .about = "A reserved bit is set"}),
         boolean<"tcp_tcp_flags_ae">(bits<&record::Tcp::flags, 8>, {.tshark = "tcp.flags.ae", .about = "Accurate ECN"}),
         boolean<"tcp_tcp_flags_cwr">(bits<&record::Tcp::flags, 7>,
                                      {.tshark = "tcp.flags.cwr", .about = "Congestion window reduced"}),
         boolean<"tcp_tcp_flags_ece">(bits<&record::Tcp::flags, 6>, {.tshark = "tcp.flags.ece", .about = "ECN echo"}),
         boolean<"tcp_tcp_flags_urg">(bits<&record::Tcp::flags, 5>, {.tshark = "tcp.flags.urg", .about = "Urgent"}),
         boolean<"tcp_tcp_flags_ack">(bits<&record::Tcp::flags, 4>,
                                      {.tshark = "tcp.flags.ack", .about = "Acknowledgment"}),
         boolean<"tcp_tcp_flags_push">(bits<&record::Tcp::flags, 3>, {.tshark = "tcp.flags.push", .about = "Push"}),
         boolean<"tcp_tcp_flags_reset">(bits<&record::Tcp::flags, 2>, {.tshark = "tcp.flags.reset", .about = "Reset"}),
         boolean<"tcp_tcp_flags_syn">(bits<&record::Tcp::flags, 1>, {.tshark = "tcp.flags.syn", .about = "Syn"}),
         boolean<"tcp_tcp_flags_fin">(bits<&record::Tcp::flags, 0>, {.tshark = "tcp.flags.fin", .about = "Fin"}),
         number<"tcp_tcp_window_size_value">(
             &record::Tcp::window, {.tshark = "tcp.window_size_value", .about = "Window as in the header, not scaled"}),
         number<"tcp_tcp_checksum">(&record::Tcp::checksum,
                                    {.tshark = "tcp.checksum", .about = "Checksum, not verified"}),
         number<"tcp_tcp_urgent_pointer">(&record::Tcp::urgent_pointer,
                                          {.tshark = "tcp.urgent_pointer", .about = "Urgent pointer"}),
         number<"tcp_tcp_len">(&record::Tcp::segment_length,
                               {.tshark = "tcp.len", .unit = "bytes", .about = "Payload by the IP header's length"})),
    when([](const record::Tcp& tcp) { return tcp.option_count != 0; },
         field<"tcp_tcp_option_kind", Numbers<record::Tcp::kMaxOptions>>(
             [](const record::Tcp& tcp, Tail tail) {
               return std::span(static_cast<const std::uint8_t*>(static_cast<const void*>(tail.data())), tail.size())
                   .last(tcp.option_count);
             },
             {.tshark = "tcp.option_kind", .about = "Kind of each option, in order; 4 is SACK permitted"})),
    when(has<&record::Tcp::present, record::Tcp::kMss>,
         number<"tcp_tcp_options_mss_val">(
             &record::Tcp::mss, {.tshark = "tcp.options.mss_val", .unit = "bytes", .about = "Maximum segment size"})),
    when(has<&record::Tcp::present, record::Tcp::kWindowScale>,
         number<"tcp_tcp_options_wscale_shift">(
             &record::Tcp::window_scale, {.tshark = "tcp.options.wscale.shift", .about = "Window scale shift count"})),
    when(has<&record::Tcp::present, record::Tcp::kTimestamps>,
         number<"tcp_tcp_options_timestamp_tsval">(
             &record::Tcp::timestamp_value, {.tshark = "tcp.options.timestamp.tsval", .about = "Timestamp value"}),
         number<"tcp_tcp_options_timestamp_tsecr">(
             &record::Tcp::timestamp_echo, {.tshark = "tcp.options.timestamp.tsecr", .about = "Timestamp echo reply"})),
    when(
        [](const record::Tcp& tcp) { return tcp.sack_count != 0; },
        field<"tcp_tcp_options_sack_le", Numbers<record::Tcp::kMaxSackBlocks>>(
            [](const record::Tcp& tcp, Tail tail) { return SackEdges(tail.data(), tcp.sack_count, SackEdges::kLeft); },
            {.tshark = "tcp.options.sack_le", .about = "Left edges of the SACK blocks, as in the header"}),
        field<"tcp_tcp_options_sack_re", Numbers<record::Tcp::kMaxSackBlocks>>(
            [](const record::Tcp& tcp, Tail tail) { return SackEdges(tail.data(), tcp.sack_count, SackEdges::kRight); },
            {.tshark = "tcp.options.sack_re", .about = "Right edges of the SACK blocks, as in the header"})));

}  // namespace pktferry::encode
