// One run of the simulator: a seeded world, a number of VMs that people ask for or conclude contracts about, and end at
// random times over some hours, whatever the swarm brings; then a calm phase in which everything must come to its end
// and leave a clean slate.
//
// Deterministic: the same options give the same run, event for event.
#pragma once

#include "adapters/simulated/invariants.hpp"
#include "tools/slipway-simulate/swarm.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::simulated {

struct scenario_options {
    std::uint64_t seed = 1;
    int streams = 100;
    double hours = 2;
    int instances = 1;                              // engines on one log, each on a computer of its own
    std::optional<std::set<fault>> only;            // kinds of faults; all that the seed draws where empty
    std::function<void(const std::string&)> trace;  // a line per event that was stored; may be empty
};

struct scenario_result {
    std::vector<violation> violations;
    swarm_options options;
    std::uint64_t lives = 0, terminated = 0, failed = 0, was_active = 0;
    std::uint64_t contracts = 0, expired = 0;  // of the lives
    std::uint64_t events = 0, requests = 0, crashes = 0;
    std::uint64_t over_budget = 0;        // of the requests
    std::int64_t longest_removal_ms = 0;  // that a deletion waited for its turn
    std::int64_t lasted_ms = 0;
    std::uint64_t digest = 0;
};

scenario_result run(const scenario_options& options);

// The smallest run found that still breaks the same rule: fewer VMs, fewer kinds of faults. `tried` is told each
// attempt.
scenario_options shrink(scenario_options failing, violation_kind kind,
                        const std::function<void(const std::string&)>& tried);

}  // namespace slipway::simulated
