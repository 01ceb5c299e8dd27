// Which faults a run of the simulator may meet, and how often. Every run draws its own: some runs are almost quiet,
// some have one kind of trouble all the time, some have everything. What is rare in life is common here.
#pragma once

#include "adapters/simulated/dice.hpp"
#include "adapters/simulated/faults.hpp"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::simulated {

struct swarm_options {
    std::array<double, fault_count> rate{};  // per call that can meet it
    double ends_early = 0;                   // of the VMs: an end is asked for at a random time
    double shares_key = 0;                   // of the VMs: a key that others use too
    double taken_name = 0;                   // of the VMs: a name that a stranger's server has
    double no_recipe = 0;
    double contracts = 0;       // of the VMs: of a contract instead of asked for directly
    double expires = 0;         // of the contracts: has an end from the beginning
    double accepted_twice = 0;  // of the contracts: the marketplace says it again
    int requests_per_hour = 3600;
    bool clock_jumps = false;
    bool outages = false;                   // nobody answers at Hetzner, for up to half a day
    bool restores = false;                  // an earlier state of the log is put back
    bool copies = false;                    // a copy of the log runs beside it for a while
    bool pauses = false;                    // stopped by SIGSTOP now and then
    bool restarts = false;                  // stopped and started in good order now and then
    std::int64_t down_at_most_ms = 60'000;  // after a crash
};

// `only`: draws the same, and then leaves out all other kinds of faults.
swarm_options draw(std::uint64_t seed, const std::optional<std::set<fault>>& only);

std::string describe(const swarm_options& o);  // one line
std::vector<fault> kinds(const swarm_options& o);

class swarm_faults final : public fault_source {
public:
    swarm_faults(const swarm_options& o, std::uint64_t seed);
    fault choose(site s) override;

    bool calm = false;  // nothing goes wrong any more

private:
    struct chances {
        double any = 0;
        std::vector<std::pair<double, fault>> up_to;  // cumulated
    };
    dice chance_;
    std::array<chances, site_count> at_;
};

}  // namespace slipway::simulated
