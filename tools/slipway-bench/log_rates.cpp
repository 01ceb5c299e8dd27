#include "tools/slipway-bench/log_rates.hpp"

#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/bench_store.hpp"
#include "tools/slipway-bench/log_program.hpp"
#include "tools/slipway-bench/stopwatch.hpp"
#include "tools/slipway-bench/stored_lives.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <stdexcept>

namespace slipway::bench {

namespace {

constexpr std::uint64_t events_per_life = 16;
constexpr std::uint64_t lives_of_a_short_log = 100;
constexpr std::size_t rows_of_an_insert = 1000;
constexpr std::uint64_t looks_of_a_round = 20;  // at most

struct stored_log {
    stored_log(const options& how, std::uint64_t lives)
        : vms(lives),
          place(how.server),
          events(store_lives(*open_bench_store(place.url()).log, 1, vms, std::numeric_limits<std::uint64_t>::max())),
          tool(how.slipway_log, place.url()) {}

    std::uint64_t vms;
    bench_place place;
    std::uint64_t events;
    log_program tool;
};

round of_events(std::uint64_t events, const log_program::cost& cost, double limit_seconds) {
    round found;
    const auto n = static_cast<double>(events);
    found.seconds = cost.seconds;
    found.per_second = n / cost.seconds;
    found.p50_us = found.p99_us = cost.seconds / n * 1e6;
    found.rss_mb = cost.rss_mb;
    found.limit_per_second = n / limit_seconds;
    return found;
}

round against_scan(const stored_log& log, const char* verb) {
    const auto cost = log.tool.run({verb});
    const stopwatch since;
    if (log.place.scan().rows != log.events) throw std::runtime_error("the scan does not find the events that were stored");
    return of_events(log.events, cost, since.seconds());
}

// The rows are read from the log as they are needed; only inserting them counts.
double raw_insert_seconds(const stored_log& from, raw_inserts& into) {
    double seconds = 0;
    std::vector<event_record> batch;
    const auto insert = [&] {
        const stopwatch since;
        into.insert(batch);
        seconds += since.seconds();
        batch.clear();
    };
    const auto log = composition::open_reader(place_of(from.place.url()), composition::if_damaged::refuse);
    if (!log) throw std::runtime_error(log.error().message);
    const auto read = (*log)->visit(0, [&](event_record& record) {
        batch.push_back(std::move(record));
        if (batch.size() == rows_of_an_insert) insert();
        return true;
    });
    if (!read) throw std::runtime_error(read.error().message);
    if (!batch.empty()) insert();
    return seconds;
}

round carried_over(const options& how, const stored_log& log, const std::string& file) {
    const bench_place into(how.server);
    const auto cost = log_program(how.slipway_log, into.url()).run({"import", file});
    return of_events(log.events, cost, raw_insert_seconds(log, *into.raw()));
}

using look = std::function<log_program::cost(const stored_log& at, std::uint64_t vm)>;

// Other VMs each time, from one end of the log to the other.
std::vector<double> looked(const look& once, const stored_log& at, double& rss_mb) {
    std::vector<double> each_us;
    const std::uint64_t looks = std::min(at.vms, looks_of_a_round);
    for (std::uint64_t i = 0; i < looks; ++i) {
        const auto cost = once(at, 1 + i * at.vms / looks);
        each_us.push_back(cost.seconds * 1e6);
        rss_mb = std::max(rss_mb, cost.rss_mb);
    }
    return each_us;
}

round against_short_log(const look& once, const stored_log& large, const stored_log& small) {
    round found;
    double ignored = 0;
    const auto each_us = looked(once, large, found.rss_mb), limit_us = looked(once, small, ignored);
    found.p50_us = quantile(each_us, 0.5);
    found.p99_us = quantile(each_us, 0.99);
    found.seconds = found.p50_us / 1e6;
    found.per_second = 1e6 / found.p50_us;
    found.limit_per_second = 1e6 / quantile(limit_us, 0.5);
    found.more = {{"limit_us", quantile(limit_us, 0.5)}};
    return found;
}

std::string name_of(std::uint64_t vm) { return "web" + std::to_string(vm); }

}  // namespace

std::vector<figures> measure_log(const options& how) {
    const stored_log large(how, std::max<std::uint64_t>(how.n / events_per_life, 1));
    const stored_log small(how, std::min(large.vms, lives_of_a_short_log));
    const std::string file = large.place.directory() + "/export.jsonl";
    large.tool.run({"export"}, file);

    std::vector<figures> all;
    const auto measure = [&](const char* name, const std::function<round()>& once) {
        all.push_back(in_rounds({name, large.place.store(), large.events, 1}, how.repeated, once));
    };
    measure("log-verify", [&] { return against_scan(large, "verify"); });
    measure("log-export", [&] { return against_scan(large, "export"); });
    measure("log-import", [&] { return carried_over(how, large, file); });
    const std::pair<const char*, look> looks[] = {
        {"log-show", [](const stored_log& at, std::uint64_t vm) { return at.tool.run({"show", name_of(vm)}); }},
        {"log-why", [](const stored_log& at, std::uint64_t vm) { return at.tool.run({"why", name_of(vm)}); }},
        {"log-list", [](const stored_log& at, std::uint64_t) { return at.tool.head({"list"}, 10); }}};
    for (const auto& [name, once] : looks)
        measure(name, [&, &once = once] { return against_short_log(once, large, small); });
    return all;
}

}  // namespace slipway::bench
