// Daemons of a benchmark, each a process of its own as daemons are: this program, started once more with the hidden option
// --as-daemon. They begin together.
//
// One thread. Throws std::runtime_error where one does not start or does not come to its end; those that still run are ended
// with it.
#pragma once

#include "tools/slipway-bench/daemon_run.hpp"

#include <vector>

namespace slipway::bench {

std::vector<daemon_report> run_daemons(const std::vector<daemon_orders>& all);

}  // namespace slipway::bench
