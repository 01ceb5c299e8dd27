// What can be done with a VM or contract as it stands, each with what it ends: what the machine's table does not refuse.
// Pure.
#pragma once

#include "engine/service/service.hpp"

#include <vector>

namespace slipway::service {

std::vector<allowed_action> allowed_actions(const vm_state& state);

}  // namespace slipway::service
