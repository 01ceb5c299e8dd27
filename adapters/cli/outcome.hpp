// How a command that changed VMs ends: what is printed, and the exit code.
#pragma once

#include "adapters/cli/invocation.hpp"
#include "adapters/cli/vm_view.hpp"

#include <vector>

namespace slipway::cli {

// Prints the VMs (one JSON object for one VM, an array for several) and returns exit_done if each of them is where it
// was wanted.
int report(invocation& in, const std::vector<vm_view>& vms, bool (*is_wanted)(const vm_state&));

}  // namespace slipway::cli
