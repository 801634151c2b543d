// docs/fields.md.
#include <string>
#include <string_view>

#include "publisher-svc/encode/field_table.hpp"
#include "publisher-svc/encode/schema_formats.hpp"

namespace pktferry::encode {
namespace {

constexpr std::string_view kIntroduction = R"(# The fields of a message

<!-- Generated: publisher-svc schema --format markdown > docs/fields.md -->

A message is one JSON object per packet:

```
{"timestamp":"1661859047292967",
 "capture":{"node":"n1","ring":"5f3a…","interface":"eth0","lane":0,"sequence":1294,"ordinal":1290,…},
 "layers":{"frame":{"frame_frame_time":"1661859047292967",…},"eth":{…},"ip":{"ip_ip_version":4,…},"tcp":{…}},
 "inner":[{"ip":{…},"udp":{…}}]}
```

- `timestamp`, the packet's time since the Unix epoch as a string of digits (microseconds, or what `--timestamp-unit`
  says), is in every message. All else can be chosen with `--fields`: names of layers (`tcp`, `dns.questions`), or of
  fields with or without their layer (`ip.ip_ip_src`, `ip_ip_src`); a leading `-` takes out. Without `--fields`, or with
  only names taken out, every field is written that is not sensitive. A layer's name never picks its sensitive fields.
- No field changes its type or shape. Numbers, and flags as 0 or 1, are JSON numbers; addresses, times, names and bytes
  are strings. What may repeat within a layer is always an array.
- A field that the packet does not have is absent; so is an object or array that would be empty.
- `inner` holds the packets within the packet (tunnels), one object of layers each; it is absent where there is none.
  The packet that an ICMP error quotes is its `quoted`. Should a layer come twice in one object (no decoder makes such
  records), the second opens a further object of `inner`.
- Text is bounded and valid UTF-8. Bytes that are not part of valid UTF-8, and control characters, are written as
  `\u00XX`, XX being the byte.
- Lengths are bytes, but where the table says otherwise. Checksums are as in the packet, not verified.
)";

constexpr std::string_view kDifferences = R"(
## Names and the paper

The names are those of figure 7 of "A Real-Time Streaming System for Customized Network Traffic Capture" (Sensors 2023)
where it has the field: `timestamp`; `frame_frame_time`, `frame_frame_number`, `frame_frame_length`,
`frame_frame_protocols`; `eth_eth_dst`, `eth_eth_src`, `eth_eth_type`, `eth_eth_header_size`, `eth_eth_trailer_size`;
`ip_ip_version`, `ip_ip_hdr_len`, `ip_ip_tos`, `ip_ip_len`, `ip_ip_id`, `ip_ip_flags`, `ip_ip_flags_rb`,
`ip_ip_flags_df`, `ip_ip_flags_mf`, `ip_ip_frag_offset`, `ip_ip_ttl`, `ip_ip_proto`, `ip_ip_checksum`, `ip_ip_src`,
`ip_ip_dst`. All others are those of `tshark -T ek` (reference: 4.0): the layer, an underscore, and the filter name with
its dots as underscores.

## Where it differs from tshark, on purpose

| here | `tshark -T ek` |
|---|---|
| integers, bit fields and flags are numbers | strings, some of them hexadecimal, and `true`/`false` |
| `timestamp` and `frame_frame_time` are the same digits | milliseconds, and an ISO date |
| `frame_frame_length` (the paper's name) is the length on the wire | `frame_frame_len` |
| `frame_frame_protocols` is `eth:ip:tcp:payload` | `eth:ethertype:ip:tcp` |
| `ip_ip_hdr_len` counts 32-bit words, as the header does and the paper | bytes |
| `ip_ip_tos` is the octet of RFC 791 | `ip_ip_dsfield` and its parts |
| `eth_eth_header_size`, `eth_eth_trailer_size`: sizes | `eth_eth_trailer`, `eth_eth_padding`: the bytes |
| `vlan` and `ipv6_ext` are always arrays | an object where there is one |
| tags of 802.1ad are in `vlan` too | `ieee8021ad` |
| `ipv6_ext` has every extension header, told apart by `ipv6_ext_type` | a layer for each kind |
| `dns.questions` and `dns.answers` are arrays of objects | parallel arrays |
| every flag of DNS in queries and responses; the class with mDNS's top bit; the root is empty; mDNS is `dns` | flags by direction; `dns_dns_qry_qu`; `<Root>`; `mdns` |
| `icmp.quoted`, `icmpv6.quoted` | layers within the layer |
| raw sequence numbers (SACK edges too) and the window as in the header | relative and scaled ones, and analysis of the stream |
)";

std::string_view type_text(const FieldInfo& field) {
  switch (field.type) {
    case FieldType::kNumber: return "number";
    case FieldType::kBoolean: return "number, 0 or 1";
    case FieldType::kMac: return "string, MAC";
    case FieldType::kIpv4: return "string, IPv4";
    case FieldType::kIpv6: return "string, IPv6";
    case FieldType::kHex: return "string, hex bytes";
    case FieldType::kText: return "string";
    case FieldType::kTime: return "string, time";
    case FieldType::kNumbers: return "array of numbers";
    case FieldType::kObjects: return "array of objects";
    case FieldType::kLayers: return "object of layers";
  }
  return {};
}

std::string source_text(const FieldInfo& field) {
  return field.doc.tshark.empty() ? std::string("pktferry") : '`' + std::string(field.doc.tshark) + '`';
}

void append_list(std::string& out, const ListInfo& list, const std::string& path) {
  out += "\n## `" + path + "`" + (list.repeats ? ", an array" : "") + "\n\n" + std::string(list.doc.about);
  if (!list.doc.source.empty()) out += " (" + std::string(list.doc.source) + ")";
  out += ".\n\n| name | JSON type | unit | meaning | source | present | sensitive |\n|---|---|---|---|---|---|---|\n";
  for (const FieldInfo& field : list.fields) {
    out += "| `" + std::string(field.name) + "` | " + std::string(type_text(field)) + " | " +
           std::string(field.doc.unit) + " | " + std::string(field.doc.about) + " | " + source_text(field) + " | " +
           (field.is_conditional ? "where it applies" : "always") + " | " +
           (field.doc.sensitive ? "yes: only when named" : "no") + " |\n";
  }
  for (const FieldInfo& field : list.fields) {
    if (field.elements != nullptr) append_list(out, *field.elements, path + '.' + std::string(field.name));
  }
}

}  // namespace

std::string markdown_schema() {
  std::string out(kIntroduction);
  for (const ListInfo& list : field_table()) {
    if (is_capture(list)) append_list(out, list, "capture");
    if (is_frame(list) || is_protocol(list)) append_list(out, list, "layers." + std::string(list.name));
  }
  out += kDifferences;
  return out;
}

}  // namespace pktferry::encode
