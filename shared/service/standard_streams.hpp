// The three standard descriptors, which a service may be started without (`>&-`).
#pragma once

namespace pktferry::service {

// Call first in main(): fills each of descriptors 0, 1 and 2 that is closed, so that no file that is opened later takes
// its place and is written to as if it were stdout or stderr. What fills it cannot be written to: an error, not a loss.
void reserve_standard_streams() noexcept;

}  // namespace pktferry::service
