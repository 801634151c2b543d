#include "shared/service/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "shared/service/settings.hpp"

namespace pktferry::service {

std::chrono::milliseconds parse_duration(const std::string& option, const std::string& word) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnitsMs{
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr std::int64_t kLongestMs = 365 * std::int64_t{86'400'000};

  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  std::int64_t number = 0;
  const bool is_number = std::from_chars(word.data(), word.data() + digits, number).ec == std::errc{};
  for (const auto& [unit, unit_ms] : kUnitsMs) {
    if (is_number && word.substr(digits) == unit && number <= kLongestMs / unit_ms) {
      return std::chrono::milliseconds(number * unit_ms);
    }
  }
  throw SettingsError(option + " '" + word +
                      "': give a whole number and a unit (ms, s, m, h, d), as in 30s; at most 365d");
}

}  // namespace pktferry::service
