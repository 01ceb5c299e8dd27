#include "tools/slipway-bench/replay_rate.hpp"

#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/bench_store.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/stopwatch.hpp"
#include "tools/slipway-bench/stored_lives.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <unordered_map>

namespace slipway::bench {

namespace {

constexpr std::uint64_t events_of_a_life = 16;

template <class T>
T checked(result<T> what) {
    if (!what) throw std::runtime_error(what.error().message);
    return *std::move(what);
}

timed_run fold_all(const std::string& url) {
    const auto log = checked(composition::open_reader(place_of(url), composition::if_damaged::refuse));
    std::unordered_map<std::string, vm_state> states;
    timed_run run;
    block_times times;
    const stopwatch since;
    const auto read = log->visit(0, [&](event_record& record) {
        const event what = checked(decode(record.type, record.schema_version, record.data));
        const auto legal = evolve(states[record.stream.text], what);
        if (!legal) throw std::runtime_error(legal.error().message);
        times.one_more();
        return true;
    });
    if (!read) throw std::runtime_error(read.error().message);
    run.seconds = since.seconds();
    run.each_us = std::move(times).each_us();
    return run;
}

}  // namespace

std::vector<figures> measure_replay(const options& how) {
    const bench_place place(how.server);
    const std::uint64_t vms = std::max<std::uint64_t>(how.n / events_of_a_life, 1);
    const std::uint64_t events =
        store_lives(*open_bench_store(place.url()).log, 1, vms, std::numeric_limits<std::uint64_t>::max());
    const auto once = [&] {
        round found;
        const timed_run folded = fold_all(place.url());
        const stopwatch since;
        const scanned raw = place.scan();
        const double limit_seconds = since.seconds();
        if (raw.rows != events) throw std::runtime_error("the scan does not find the events that were stored");
        found.seconds = folded.seconds;
        found.per_second = static_cast<double>(events) / folded.seconds;
        found.p50_us = quantile(folded.each_us, 0.5);
        found.p99_us = quantile(folded.each_us, 0.99);
        found.rss_mb = peak_memory_mb(getpid());
        found.limit_per_second = static_cast<double>(events) / limit_seconds;
        found.more = {{"limit_mb_per_second", static_cast<double>(raw.bytes) / limit_seconds / 1e6}};
        return found;
    };
    return {in_rounds({"replay", place.store(), events, 1}, how.repeated, once)};
}

}  // namespace slipway::bench
