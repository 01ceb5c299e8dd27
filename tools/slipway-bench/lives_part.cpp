#include "tools/slipway-bench/lives_part.hpp"

#include "tools/slipway-bench/bench_engine.hpp"
#include "tools/slipway-bench/lanes.hpp"
#include "tools/slipway-bench/obliging_cloud.hpp"
#include "tools/slipway-bench/obliging_shell.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/stopwatch.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

namespace slipway::bench {

namespace {

boost::asio::awaitable<void> timed_life(bench_engine& on, std::uint64_t number, std::vector<double>& life_us) {
    const stopwatch took;
    co_await on.live(number);
    life_us.push_back(took.microseconds());
}

}  // namespace

lives_report run_lives(const lives_orders& orders) {
    const auto reports = run_parts("lives", {{{"url", orders.url},
                                              {"first_vm", orders.first_vm},
                                              {"lives", orders.lives},
                                              {"at_once", orders.at_once},
                                              {"booting_together", orders.booting_together}}});
    const nlohmann::json& told = reports.front();
    return {told.at("seconds"), told.at("processor_seconds"), told.at("rss_mb"), told.at("life_us")};
}

nlohmann::json lives_part(const nlohmann::json& orders, const prepared& ready) {
    boost::asio::io_context loop(1);
    auto keys = bench_keys();
    obliging_cloud hetzner("192.0.2.1");
    obliging_shell vms(orders.at("booting_together"));
    bench_engine on(loop, orders.at("url"), hetzner, vms, keys);
    const std::uint64_t first_vm = orders.at("first_vm");
    std::vector<double> life_us;
    ready();
    const stopwatch since;
    const double used_before = own_processor_seconds();
    run_lanes(loop, orders.at("lives"), orders.at("at_once"),
              [&](std::uint64_t number) { return timed_life(on, first_vm + number, life_us); });
    nlohmann::json report{{"seconds", since.seconds()}, {"processor_seconds", own_processor_seconds() - used_before}};
    report["rss_mb"] = peak_memory_mb(getpid());
    report["life_us"] = life_us;
    on.stop();
    return report;
}

}  // namespace slipway::bench
