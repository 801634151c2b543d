// The log of a service: spdlog to stderr, as text or as one JSON object a line.
#pragma once

#include <string>

#include <spdlog/spdlog.h>

namespace pktferry::service {

enum class LogFormat { kText, kJson };

// Call once, before the first line. `service` is the name in each JSON line. Throws nothing.
void configure_log(const std::string& service, spdlog::level::level_enum level, LogFormat format);

}  // namespace pktferry::service
