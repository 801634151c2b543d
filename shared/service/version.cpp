#include "shared/service/version.hpp"

namespace pktferry::service {

std::string version() {
  return PKTFERRY_VERSION;
}

}  // namespace pktferry::service
