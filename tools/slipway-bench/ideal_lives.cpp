#include "tools/slipway-bench/ideal_lives.hpp"

#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-bench/vm_life.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::bench {

namespace {

constexpr std::array<std::string_view, 6> states_events{"vm_requested", "key_created", "server_created",
                                                        "ssh_ready",    "recipe_run",  "activated"};

// Of a life as the engine writes it down, the events that bring it to its next state.
std::vector<event_record> six_rows(std::uint64_t number) {
    vm_life life(number);
    std::vector<event_record> rows;
    std::string hash(first_previous_hash);
    while (rows.size() < states_events.size()) {
        for (event_record& row : chained_records(life.next(), hash)) {
            hash = row.hash;
            if (rows.size() < states_events.size() && row.type == states_events[rows.size()]) rows.push_back(std::move(row));
        }
    }
    return rows;
}

// One batch for each event of these lives.
using batches = std::array<std::vector<event_record>, states_events.size()>;

batches batches_of(std::uint64_t first_vm, std::uint64_t lives) {
    batches all;
    for (std::uint64_t i = 0; i < lives; ++i) {
        auto rows = six_rows(first_vm + i);
        for (std::size_t at = 0; at < rows.size(); ++at) all[at].push_back(std::move(rows[at]));
    }
    return all;
}

}  // namespace

timed_run live_ideally(raw_inserts& into, std::uint64_t first_vm, std::uint64_t lives, std::uint64_t at_once) {
    std::vector<batches> all;
    for (std::uint64_t done = 0; done < lives; done += at_once)
        all.push_back(batches_of(first_vm + done, std::min(at_once, lives - done)));
    timed_run run;
    const stopwatch since;
    for (const batches& together : all) {
        const stopwatch took;
        for (const auto& batch : together) into.insert(batch);
        run.each_us.push_back(took.microseconds());
    }
    run.seconds = since.seconds();
    return run;
}

}  // namespace slipway::bench
