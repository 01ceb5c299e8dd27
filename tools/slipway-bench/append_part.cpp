#include "tools/slipway-bench/append_part.hpp"

#include "engine/runtime/system.hpp"
#include "tools/slipway-bench/bench_store.hpp"
#include "tools/slipway-bench/lanes.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/stopwatch.hpp"
#include "tools/slipway-bench/vm_life.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace slipway::bench {

namespace {

using lives = std::vector<std::vector<append_request>>;

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

lives lives_from(std::uint64_t first_vm, std::uint64_t step, std::uint64_t events_wanted) {
    lives all;
    std::uint64_t events = 0;
    for (std::uint64_t number = first_vm; events < events_wanted; number += step) {
        vm_life life(number);
        std::vector<append_request> appends;
        while (!life.over() && events < events_wanted) {
            appends.push_back(life.next());
            events += appends.back().events.size();
        }
        all.push_back(std::move(appends));
    }
    return all;
}

// Of the moment, as the engine gives them: at the end of the ids that the store has.
std::string new_event_id() {
    static system_random random;
    return uuid_v7(system_clock().now(), random.bytes());
}

struct appended_so_far {
    std::uint64_t events = 0;
    std::vector<double> append_us;  // what each append took
};

boost::asio::awaitable<void> live(event_log& log, std::vector<append_request>& life, appended_so_far& done) {
    for (append_request& request : life) {
        const std::size_t events = request.events.size();
        for (new_event& e : request.events) e.event_id = new_event_id();
        const stopwatch took;
        const auto stored = co_await log.append(std::move(request));
        if (!stored) throw std::runtime_error(stored.error().message);
        done.append_us.push_back(took.microseconds());
        done.events += events;
    }
    life.clear();
}

}  // namespace

nlohmann::json append_part(const nlohmann::json& orders, const prepared& ready) {
    boost::asio::io_context loop(1);
    const auto store = open_bench_store(orders.at("url"));
    lives all = lives_from(orders.at("first_vm"), orders.at("vm_step"), orders.at("events"));
    appended_so_far done;
    ready();
    const double began = now_s();
    run_lanes(loop, all.size(), orders.at("streams_at_once"),
              [&](std::uint64_t number) { return live(*store.log, all[number], done); });
    const double ended = now_s();
    return {{"began", began},
            {"ended", ended},
            {"events", done.events},
            {"vms", all.size()},
            {"append_us", done.append_us},
            {"rss_mb", peak_memory_mb(getpid())}};
}

}  // namespace slipway::bench
