// Which fields are written: one bit for each field of each list, from what `--fields` says.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "publisher-svc/encode/catalogue.hpp"

namespace pktferry::encode {

class Selection {
 public:
  // See EncoderOptions::fields. Throws FieldError.
  explicit Selection(const std::vector<std::string>& fields);

  // Bit i: the i-th field of the list. An array of objects has its bit where a field of its objects has.
  template <typename List>
  std::uint64_t mask() const {
    return masks_[list_index<List>()];
  }

 private:
  std::array<std::uint64_t, kListCount> masks_{};
};

}  // namespace pktferry::encode
