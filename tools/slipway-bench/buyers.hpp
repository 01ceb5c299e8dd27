// Whoever orders VMs of a benchmark: the same number is the same buyer in every run, and each has a key of its own, as in a
// marketplace. Pure.
#pragma once

#include "engine/model/vm_spec.hpp"

#include <cstdint>
#include <string>

namespace slipway::bench {

std::string buyer_key_line(std::uint64_t number);  // as it is pasted
vm_spec ordered_by(std::uint64_t number);          // with a small recipe

}  // namespace slipway::bench
