// Text as a JSON string, for the log and the status pages. The messages themselves have an encoder of their own.
#pragma once

#include <string>
#include <string_view>

namespace pktferry::service {

// Appends `text` in double quotes. Always valid UTF-8 JSON: control characters are escaped, and bytes that are not
// UTF-8 (node, interface and file names may be anything) become U+FFFD one by one.
void append_json_string(std::string& out, std::string_view text);

std::string json_string(std::string_view text);

}  // namespace pktferry::service
