// One daemon's part of the benchmark `append`: a process that opens the store as a daemon does, makes its VMs' lives before
// the clock runs, and appends them when all daemons are ready, many streams at once, each waiting for its answer.
#pragma once

#include "tools/slipway-bench/parts.hpp"

#include <nlohmann/json_fwd.hpp>

namespace slipway::bench {

// Orders: url, events (at least), streams_at_once, first_vm, vm_step (its VMs are the first, and those so far apart). Report:
// began and ended (seconds on the machine's steady clock), events, vms, append_us (of each append), rss_mb. Throws
// std::runtime_error where the store does not open or refuses an append.
nlohmann::json append_part(const nlohmann::json& orders, const prepared& ready);

}  // namespace slipway::bench
