// layers.dns, after record::Dns, with its questions and answers as arrays of objects: tshark prints parallel arrays in
// which a name and its address have lost each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "publisher-svc/encode/field.hpp"
#include "shared/record/dns.hpp"

namespace pktferry::encode {

// One entry of a DNS block's tail.
struct DnsRecord {
  record::DnsEntry entry;
  const std::byte* text;  // the name, then the data

  std::string_view name() const {
    return {static_cast<const char*>(static_cast<const void*>(text)), entry.name_length};
  }
  std::string_view data() const {
    return {static_cast<const char*>(static_cast<const void*>(text + entry.name_length)), entry.data_length};
  }
  const std::uint8_t* address() const {
    return static_cast<const std::uint8_t*>(static_cast<const void*>(text + entry.name_length));
  }
};

// Entries in a row, whose bounds RecordView has checked. A range of DnsRecord.
class DnsRecords {
 public:
  class Iterator {
   public:
    Iterator(const std::byte* at, std::size_t left) : at_(at), left_(left) {}
    DnsRecord operator*() const { return {entry(), at_ + sizeof(record::DnsEntry)}; }
    Iterator& operator++() {
      const auto size = sizeof(record::DnsEntry) + entry().name_length + entry().data_length;
      at_ += record::align_layer(static_cast<std::uint32_t>(size));
      --left_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return left_ != other.left_; }
    const std::byte* position() const { return at_; }

   private:
    const record::DnsEntry& entry() const {
      return *static_cast<const record::DnsEntry*>(static_cast<const void*>(at_));
    }
    const std::byte* at_;
    std::size_t left_;
  };
  DnsRecords(const std::byte* first, std::size_t count) : first_(first), count_(count) {}
  Iterator begin() const { return {first_, count_}; }
  Iterator end() const { return {nullptr, 0}; }

  static DnsRecords questions(const record::Dns& dns, Tail tail) { return {tail.data(), dns.question_count}; }
  static DnsRecords answers(const record::Dns& dns, Tail tail) {
    const DnsRecords before = questions(dns, tail);
    Iterator at = before.begin();
    while (at != before.end()) ++at;
    return {at.position(), dns.answer_count};
  }

 private:
  const std::byte* first_;
  std::size_t count_;
};

// The n-th group of kDnsAnswerLayer's data fields, from 1.
constexpr int data_group(const DnsRecord& answer) {
  constexpr std::uint16_t kNs = 2, kCname = 5, kPtr = 12, kMx = 15;
  switch (answer.entry.data_kind) {
    case record::DnsData::kNone: return 0;
    case record::DnsData::kIpv4: return 1;
    case record::DnsData::kIpv6: return 2;
    case record::DnsData::kText: return 7;
    case record::DnsData::kName: break;
    default: return 0;  // a kind of a later version
  }
  switch (answer.entry.type) {
    case kCname: return 3;
    case kNs: return 4;
    case kPtr: return 5;
    case kMx: return 6;
    default: return 0;
  }
}

inline constexpr auto kDnsQuestionLayer = repeating_layer<"questions", DnsRecord>(
    {.about = "Questions, at most 4", .source = "RFC 1035"},
    field<"dns_dns_qry_name", RecordText>(&DnsRecord::name,
                                          {.tshark = "dns.qry.name", .about = "Name; empty is the root"}),
    number<"dns_dns_qry_type">([](const DnsRecord& question) { return question.entry.type; },
                               {.tshark = "dns.qry.type", .about = "Type: 1 A, 28 AAAA"}),
    number<"dns_dns_qry_class">(
        [](const DnsRecord& question) { return question.entry.klass; },
        {.tshark = "dns.qry.class", .about = "Class as in the packet, mDNS's top bit included"}));

inline constexpr auto kDnsAnswerLayer = repeating_layer<"answers", DnsRecord>(
    {.about = "Answers, at most 12", .source = "RFC 1035, RFC 3596"},
    field<"dns_dns_resp_name", RecordText>(&DnsRecord::name,
                                           {.tshark = "dns.resp.name", .about = "Name; empty is the root"}),
    number<"dns_dns_resp_type">([](const DnsRecord& answer) { return answer.entry.type; },
                                {.tshark = "dns.resp.type", .about = "Type: 1 A, 28 AAAA"}),
    number<"dns_dns_resp_class">(
        [](const DnsRecord& answer) { return answer.entry.klass; },
        {.tshark = "dns.resp.class", .about = "Class as in the packet, mDNS's top bit included"}),
    number<"dns_dns_resp_ttl">([](const DnsRecord& answer) { return answer.entry.ttl_s; },
                               {.tshark = "dns.resp.ttl", .unit = "s", .about = "Time to live"}),
    one_of(data_group,
           field<"dns_dns_a", Ipv4Address>(&DnsRecord::address, {.tshark = "dns.a", .about = "Address of an A record"}),
           field<"dns_dns_aaaa", Ipv6Address>(&DnsRecord::address,
                                              {.tshark = "dns.aaaa", .about = "Address of an AAAA record"}),
           field<"dns_dns_cname", RecordText>(&DnsRecord::data, {.tshark = "dns.cname", .about = "Canonical name"}),
           field<"dns_dns_ns", RecordText>(&DnsRecord::data, {.tshark = "dns.ns", .about = "Name server"}),
           field<"dns_dns_ptr_domain_name", RecordText>(
               &DnsRecord::data, {.tshark = "dns.ptr.domain_name", .about = "Name that a PTR record points to"}),
           std::tuple_cat(number<"dns_dns_mx_preference">(
                              [](const DnsRecord& answer) { return answer.entry.preference; },
                              {.tshark = "dns.mx.preference", .about = "Preference of the mail exchange"}),
                          field<"dns_dns_mx_mail_exchange", RecordText>(
                              &DnsRecord::data, {.tshark = "dns.mx.mail_exchange", .about = "Mail exchange"})),
           field<"dns_dns_txt", RecordText>(&DnsRecord::data,
                                            {.tshark = "dns.txt",
                                             .about = "Text of a TXT record, its strings joined, at most 255 bytes",
                                             .sensitive = true})));

inline constexpr auto kDnsLayer = layer<"dns", record::Dns>(
    {.about = "Domain Name System over UDP, mDNS too", .source = "RFC 1035, RFC 4035"},
    number<"dns_dns_id">(&record::Dns::id, {.tshark = "dns.id", .about = "Transaction id"}),
    number<"dns_dns_flags">(&record::Dns::flags, {.tshark = "dns.flags", .about = "The sixteen flag bits"}),
    boolean<"dns_dns_flags_response">(bits<&record::Dns::flags, 15>,
                                      {.tshark = "dns.flags.response", .about = "1 response, 0 query"}),
    number<"dns_dns_flags_opcode">(bits<&record::Dns::flags, 11, 4>,
                                   {.tshark = "dns.flags.opcode", .about = "Operation: 0 standard query"}),
    boolean<"dns_dns_flags_authoritative">(bits<&record::Dns::flags, 10>,
                                           {.tshark = "dns.flags.authoritative", .about = "Authoritative answer"}),
    boolean<"dns_dns_flags_truncated">(bits<&record::Dns::flags, 9>,
                                       {.tshark = "dns.flags.truncated", .about = "Truncated"}),
    boolean<"dns_dns_flags_recdesired">(bits<&record::Dns::flags, 8>,
                                        {.tshark = "dns.flags.recdesired", .about = "Recursion desired"}),
    boolean<"dns_dns_flags_recavail">(bits<&record::Dns::flags, 7>,
                                      {.tshark = "dns.flags.recavail", .about = "Recursion available"}),
    boolean<"dns_dns_flags_z">(bits<&record::Dns::flags, 6>, {.tshark = "dns.flags.z", .about = "Reserved bit"}),
    boolean<"dns_dns_flags_authenticated">(bits<&record::Dns::flags, 5>,
                                           {.tshark = "dns.flags.authenticated", .about = "Authentic data"}),
    boolean<"dns_dns_flags_checkdisable">(bits<&record::Dns::flags, 4>,
                                          {.tshark = "dns.flags.checkdisable", .about = "Checking disabled"}),
    number<"dns_dns_flags_rcode">(bits<&record::Dns::flags, 0, 4>,
                                  {.tshark = "dns.flags.rcode", .about = "Reply code: 0 no error, 3 no such name"}),
    number<"dns_dns_count_queries">(&record::Dns::count_queries,
                                    {.tshark = "dns.count.queries", .about = "Questions as the header counts them"}),
    number<"dns_dns_count_answers">(&record::Dns::count_answers,
                                    {.tshark = "dns.count.answers", .about = "Answers as the header counts them"}),
    number<"dns_dns_count_auth_rr">(
        &record::Dns::count_authorities,
        {.tshark = "dns.count.auth_rr", .about = "Authority records as the header counts them"}),
    number<"dns_dns_count_add_rr">(
        &record::Dns::count_additionals,
        {.tshark = "dns.count.add_rr", .about = "Additional records as the header counts them"}),
    field<"questions", Objects<kDnsQuestionLayer>>(DnsRecords::questions, {.about = "Questions, at most 4"}),
    field<"answers", Objects<kDnsAnswerLayer>>(DnsRecords::answers, {.about = "Answers, at most 12"}));

}  // namespace pktferry::encode
