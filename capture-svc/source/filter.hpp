// Whether a BPF expression can be meant at all, asked before there is a source.
#pragma once

#include <string>

namespace pktferry::capture {

// Throws service::SettingsError where neither an Ethernet nor a cooked source could take the filter.
void check_filter(const std::string& filter);

}  // namespace pktferry::capture
