// The version that --version, /status and the build_info metrics tell.
#pragma once

#include <string>

namespace pktferry::service {

std::string version();

}  // namespace pktferry::service
