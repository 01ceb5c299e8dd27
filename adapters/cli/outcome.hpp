// How a command that changed VMs ends: what is printed, and the exit code.
#pragma once

#include "adapters/cli/invocation.hpp"
#include "adapters/cli/vm_view.hpp"

#include <initializer_list>
#include <string_view>
#include <vector>

namespace slipway::cli {

// Prints the VMs (one JSON object for one VM, an array for several) and returns exit_done if each of them is in one of
// the `wanted` states.
int report(invocation& in, const std::vector<vm_view>& vms, std::initializer_list<state_name> wanted);

}  // namespace slipway::cli
