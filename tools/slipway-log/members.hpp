// Everything that a machine remembers, as names and values: "spec.candidates[0].location", "nbg1". Pure.
#pragma once

#include "engine/machines/vm.hpp"

#include <string>
#include <utility>
#include <vector>

namespace slipway::inspection {

// In the order in which a life goes on; what is empty or was never set is left out. Values are the JSON of the log,
// texts without their quotes.
std::vector<std::pair<std::string, std::string>> members_of(const vm_state& state);

}  // namespace slipway::inspection
