// Times on a command line: a whole number and a unit, as in 30s.
#pragma once

#include <chrono>
#include <string>

namespace pktferry::service {

// `word`: digits followed by ms, s, m, h or d; at most 365 days. Throws SettingsError that names the option.
std::chrono::milliseconds parse_duration(const std::string& option, const std::string& word);

}  // namespace pktferry::service
