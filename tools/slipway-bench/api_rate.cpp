#include "tools/slipway-bench/api_rate.hpp"

#include "tools/slipway-bench/accepted_contracts.hpp"
#include "tools/slipway-bench/api_connection.hpp"
#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/bench_store.hpp"
#include "tools/slipway-bench/lanes.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/slipwayd_process.hpp"
#include "tools/slipway-bench/stopwatch.hpp"

#include <algorithm>
#include <deque>

namespace slipway::bench {

namespace {

class customers {
public:
    customers(std::uint64_t connections, const slipwayd_process& of) {
        for (std::uint64_t i = 0; i < connections; ++i) free_.push_back(&all_.emplace_back(loop_));
        run_lanes(loop_, connections, connections, [&](std::uint64_t i) { return all_[i].connect(of); });
    }

    timed_run order(std::uint64_t first_buyer, std::uint64_t contracts, std::uint64_t at_once) {
        timed_run run;
        const stopwatch since;
        run_lanes(loop_, contracts, at_once, [&](std::uint64_t i) { return order_one(first_buyer + i, run.each_us); });
        run.seconds = since.seconds();
        return run;
    }

private:
    boost::asio::awaitable<void> order_one(std::uint64_t buyer, std::vector<double>& took_us) {
        api_connection* const over = free_.back();
        free_.pop_back();
        const stopwatch took;
        co_await over->accept_contract(buyer, slipwayd_process::offering);
        took_us.push_back(took.microseconds());
        free_.push_back(over);
    }

    boost::asio::io_context loop_{1};
    std::deque<api_connection> all_;
    std::vector<api_connection*> free_;
};

// A daemon and a log of their own for each round: no round has more VMs waiting than another.
round accept_all(const options& how, std::uint64_t alone) {
    round found;
    const double contracts = static_cast<double>(how.n);
    timed_run one;
    {
        const bench_place place(how.server);
        const slipwayd_process daemon(slipwayd_process::set_up(how.slipwayd, place.url(), place.directory()));
        customers all(how.concurrency, daemon);
        const timed_run many = all.order(1, how.n, how.concurrency);
        one = all.order(1 + how.n, alone, 1);
        found.seconds = many.seconds;
        found.per_second = contracts / many.seconds;
        found.p50_us = quantile(many.each_us, 0.5);
        found.p99_us = quantile(many.each_us, 0.99);
        found.rss_mb = peak_memory_mb(daemon.id());
    }
    const bench_place place(how.server);
    const auto store = open_bench_store(place.url());
    found.limit_per_second = contracts / append_contracts(*store.log, 1, how.n, how.concurrency).seconds;
    const timed_run limit_alone = append_contracts(*store.log, 1 + how.n, alone, 1);
    found.more = {{"alone_p50_us", quantile(one.each_us, 0.5)},
                  {"alone_p99_us", quantile(one.each_us, 0.99)},
                  {"alone_limit_p50_us", quantile(limit_alone.each_us, 0.5)},
                  {"alone_ratio", limit_alone.seconds / one.seconds}};
    return found;
}

}  // namespace

std::vector<figures> measure_api(const options& how) {
    const char* store = how.server ? "postgresql" : "sqlite";
    return {in_rounds({"api", store, how.n, how.concurrency}, how.repeated,
                      [&] { return accept_all(how, std::min(how.n, alone_at_most)); })};
}

}  // namespace slipway::bench
