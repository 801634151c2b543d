// The log of a service: spdlog to stderr, as text or as one JSON object a line.
//
// Every event is one line, whatever its message holds: control characters are escaped in both formats, so that no file
// name, filter or broker can forge a line.
#pragma once

#include <string>

#include <spdlog/spdlog.h>

namespace pktferry::service {

enum class LogFormat {
  kText,  // 2026-01-31T12:00:00.000+00:00 info    message
  kJson,  // {"time":"…","level":"info","service":"…","message":"…"}
};

// Call once, before the first line. `service` is the name in each JSON line. Throws nothing.
void configure_log(const std::string& service, spdlog::level::level_enum level, LogFormat format);

}  // namespace pktferry::service
