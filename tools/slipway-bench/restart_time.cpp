#include "tools/slipway-bench/restart_time.hpp"

#include "tools/slipway-bench/api_connection.hpp"
#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/bench_store.hpp"
#include "tools/slipway-bench/lanes.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/slipwayd_process.hpp"
#include "tools/slipway-bench/stopwatch.hpp"
#include "tools/slipway-bench/stored_lives.hpp"

#include <algorithm>
#include <limits>

namespace slipway::bench {

namespace {

constexpr std::uint64_t few_at_rest = 100;

struct first_answer {
    double seconds = 0, rss_mb = 0;
};

// An installation that is started again and again, and killed each time: nothing is tidied up before the next start.
class restarted {
public:
    restarted(const options& how, std::uint64_t at_rest, std::uint64_t on_their_way)
        : place_(how.server), installed_(slipwayd_process::set_up(how.slipwayd, place_.url(), place_.directory())) {
        const auto store = open_bench_store(place_.url());
        events_ = store_lives(*store.log, 1, at_rest, std::numeric_limits<std::uint64_t>::max());
        events_ += store_lives(*store.log, 1 + at_rest, on_their_way, appends_before_server);
    }

    first_answer once() {
        boost::asio::io_context loop(1);
        api_connection customer(loop);
        const stopwatch since;
        const slipwayd_process daemon(installed_);
        run_to_end(loop, customer.connect(daemon));
        run_to_end(loop, customer.accept_contract(++buyers_, slipwayd_process::offering));
        return {since.seconds(), peak_memory_mb(daemon.id())};
    }

    std::uint64_t events() const { return events_; }
    const char* store() const { return place_.store(); }

private:
    bench_place place_;
    slipwayd_process::installation installed_;
    std::uint64_t events_ = 0, buyers_ = 0;
};

}  // namespace

std::vector<figures> measure_restart(const options& how) {
    restarted much(how, how.n, how.concurrency), little(how, std::min(how.n, few_at_rest), how.concurrency);
    const auto once = [&] {
        round found;
        const first_answer answer = much.once(), with_little = little.once();
        found.seconds = answer.seconds;
        found.per_second = 1 / answer.seconds;
        found.p50_us = found.p99_us = answer.seconds * 1e6;
        found.rss_mb = answer.rss_mb;
        found.limit_per_second = 1 / with_little.seconds;
        found.more = {{"events", static_cast<double>(much.events())}, {"limit_us", with_little.seconds * 1e6}};
        return found;
    };
    return {in_rounds({"restart", much.store(), how.n, how.concurrency}, how.repeated, once)};
}

}  // namespace slipway::bench
