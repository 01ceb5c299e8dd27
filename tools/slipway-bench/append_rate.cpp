#include "tools/slipway-bench/append_rate.hpp"

#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/daemon_processes.hpp"
#include "tools/slipway-bench/vm_life.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

namespace slipway::bench {

namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point began) { return std::chrono::duration<double>(clock::now() - began).count(); }

// What the log would store: of as many VMs as live at once the next append each, which is one batch, again and again.
class growing_rows {
public:
    explicit growing_rows(std::uint64_t at_once) : at_once_(at_once) {}

    std::vector<std::vector<event_record>> batches(std::uint64_t events) {
        std::vector<std::vector<event_record>> all;
        for (std::uint64_t made = 0; made < events; made += all.back().size()) all.push_back(batch());
        return all;
    }

private:
    struct living {
        vm_life life;
        std::string hash;
    };

    std::vector<event_record> batch() {
        std::erase_if(alive_, [](const living& one) { return one.life.over(); });
        while (alive_.size() < at_once_) alive_.push_back({vm_life(++number_), std::string(first_previous_hash)});
        std::vector<event_record> rows;
        for (living& one : alive_) {
            for (event_record& row : chained_records(one.life.next(), one.hash)) rows.push_back(std::move(row));
            one.hash = rows.back().hash;
        }
        return rows;
    }

    std::uint64_t at_once_, number_ = 0;
    std::vector<living> alive_;
};

struct round {
    double seconds = 0, per_second = 0, appends_per_second = 0, p50_us = 0, p99_us = 0, rss_mb = 0, limit_per_second = 0;
};

void run_log(const bench_place& place, const append_options& how, std::uint64_t& next_vm, round& into) {
    std::vector<daemon_orders> orders;
    for (std::uint64_t i = 0; i < how.daemons; ++i)
        orders.push_back({place.url(), std::max<std::uint64_t>(how.n / how.daemons, 1), how.concurrency, next_vm + i, how.daemons});
    double began = std::numeric_limits<double>::max(), ended = 0;
    std::uint64_t events = 0;
    std::vector<double> took;
    for (daemon_report& one : run_daemons(orders)) {
        began = std::min(began, one.began);
        ended = std::max(ended, one.ended);
        events += one.events;
        next_vm = std::max(next_vm, orders.front().first_vm + (one.vms + 1) * how.daemons);
        took.insert(took.end(), one.append_us.begin(), one.append_us.end());
        into.rss_mb = std::max(into.rss_mb, one.rss_mb);
    }
    into.seconds = ended - began;
    into.per_second = static_cast<double>(events) / into.seconds;
    into.appends_per_second = static_cast<double>(took.size()) / into.seconds;
    into.p50_us = quantile(took, 0.5);
    into.p99_us = quantile(std::move(took), 0.99);
}

void run_limit(raw_inserts& raw, growing_rows& rows, std::uint64_t n, round& into) {
    const auto batches = rows.batches(n);
    std::uint64_t stored = 0;
    const auto began = clock::now();
    for (const auto& batch : batches) {
        raw.insert(batch);
        stored += batch.size();
    }
    into.limit_per_second = static_cast<double>(stored) / seconds_since(began);
}

double median_of(const std::vector<round>& all, double (*value)(const round&)) {
    std::vector<double> values;
    for (const round& one : all) values.push_back(value(one));
    return median(std::move(values));
}

}  // namespace

figures measure_append(const append_options& how) {
    const bench_place place(how.server);
    const auto raw = place.raw();
    growing_rows rows(how.concurrency);
    std::uint64_t next_vm = 1;
    std::vector<round> all;
    const auto began = clock::now();
    while (all.size() < how.rounds || seconds_since(began) < how.seconds) {
        round one;
        run_log(place, how, next_vm, one);
        run_limit(*raw, rows, how.n, one);
        all.push_back(one);
    }
    figures found{"append", place.store(), how.n, how.concurrency, how.daemons, all.size()};
    found.seconds = median_of(all, [](const round& r) { return r.seconds; });
    found.per_second = median_of(all, [](const round& r) { return r.per_second; });
    found.appends_per_second = median_of(all, [](const round& r) { return r.appends_per_second; });
    found.p50_us = median_of(all, [](const round& r) { return r.p50_us; });
    found.p99_us = median_of(all, [](const round& r) { return r.p99_us; });
    found.limit_per_second = median_of(all, [](const round& r) { return r.limit_per_second; });
    found.ratio = median_of(all, [](const round& r) { return r.per_second / r.limit_per_second; });
    for (const round& one : all) found.rss_mb = std::max(found.rss_mb, one.rss_mb);
    return found;
}

}  // namespace slipway::bench
