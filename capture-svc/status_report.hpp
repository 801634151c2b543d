// The ledger of a ring for people and for programs: what `capture-svc status` prints and /status serves.
#pragma once

#include <string>

#include "shared/ring/ledger.hpp"

namespace pktferry::capture {

// Several lines, aligned, digits in groups of three; the last one ends with a line end.
std::string status_table(const ring::Ledger& ledger);

// One JSON object in one line, without a line end. Keys are stable: they are added to, never renamed.
std::string status_json(const ring::Ledger& ledger);

}  // namespace pktferry::capture
