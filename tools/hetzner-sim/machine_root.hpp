// Inside a machine's first process: builds the root directory that its processes see, and moves into it. Every function
// is called in the new namespaces, before any other process runs there. Linux only.
#pragma once

#include "tools/hetzner-sim/machine.hpp"

#include <string>

namespace slipway::sim {

// Mounts and enters the root. Returns what failed, or "".
std::string enter_new_root(const machine_plan& plan);

// Writes the plan's files below `root` ("" inside the machine). Returns what failed, or "".
std::string write_files(const machine_plan& plan, const std::filesystem::path& root);

// Gives up what would let root of the machine reach past it. Only for isolation::full.
void drop_capabilities();

}  // namespace slipway::sim
