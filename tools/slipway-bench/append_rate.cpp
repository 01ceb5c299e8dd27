#include "tools/slipway-bench/append_rate.hpp"

#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/parts.hpp"
#include "tools/slipway-bench/stopwatch.hpp"
#include "tools/slipway-bench/vm_life.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace slipway::bench {

namespace {

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

round append_all(const bench_place& place, const options& how, std::uint64_t& next_vm) {
    std::vector<nlohmann::json> orders;
    for (std::uint64_t i = 0; i < how.daemons; ++i)
        orders.push_back({{"url", place.url()},
                          {"events", std::max<std::uint64_t>(how.n / how.daemons, 1)},
                          {"streams_at_once", how.concurrency},
                          {"first_vm", next_vm + i},
                          {"vm_step", how.daemons}});
    round found;
    double began = std::numeric_limits<double>::max(), ended = 0, events = 0;
    std::vector<double> took;
    const std::uint64_t first_vm = next_vm;
    for (const nlohmann::json& one : run_parts("append", orders)) {
        began = std::min(began, one.at("began").get<double>());
        ended = std::max(ended, one.at("ended").get<double>());
        events += one.at("events").get<double>();
        next_vm = std::max(next_vm, first_vm + (one.at("vms").get<std::uint64_t>() + 1) * how.daemons);
        const auto& append_us = one.at("append_us");
        took.insert(took.end(), append_us.begin(), append_us.end());
        found.rss_mb = std::max(found.rss_mb, one.at("rss_mb").get<double>());
    }
    found.seconds = ended - began;
    found.per_second = events / found.seconds;
    found.p50_us = quantile(took, 0.5);
    found.p99_us = quantile(took, 0.99);
    found.more = {{"daemons", static_cast<double>(how.daemons)},
                  {"appends_per_second", static_cast<double>(took.size()) / found.seconds}};
    return found;
}

double raw_rate(raw_inserts& raw, growing_rows& rows, std::uint64_t n) {
    const auto batches = rows.batches(n);
    std::uint64_t stored = 0;
    const stopwatch since;
    for (const auto& batch : batches) {
        raw.insert(batch);
        stored += batch.size();
    }
    return static_cast<double>(stored) / since.seconds();
}

}  // namespace

std::vector<figures> measure_append(const options& how) {
    const bench_place place(how.server);
    const auto raw = place.raw();
    growing_rows rows(how.concurrency);
    std::uint64_t next_vm = 1;
    const figures about{"append", place.store(), how.n, how.concurrency};
    return {in_rounds(about, how.repeated, [&] {
        round one = append_all(place, how, next_vm);
        one.limit_per_second = raw_rate(*raw, rows, how.n);
        return one;
    })};
}

}  // namespace slipway::bench
