#include "tools/slipway-bench/provision_rate.hpp"

#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/ideal_lives.hpp"
#include "tools/slipway-bench/lives_part.hpp"

#include <algorithm>

namespace slipway::bench {

std::vector<figures> measure_provision(const options& how) {
    const bench_place place(how.server);
    const auto raw = place.raw();
    const std::uint64_t alone = std::min(how.n, alone_at_most);
    std::uint64_t next_vm = 1;
    const auto once = [&] {
        round found;
        const lives_report many = run_lives({place.url(), next_vm, how.n, how.concurrency});
        const timed_run ideal = live_ideally(*raw, next_vm, how.n, how.concurrency);
        const lives_report one = run_lives({place.url(), next_vm + how.n, alone, 1});
        const timed_run ideal_alone = live_ideally(*raw, next_vm + how.n, alone, 1);
        next_vm += how.n + alone;
        const double lives = static_cast<double>(how.n);
        found.seconds = many.seconds;
        found.per_second = lives / many.seconds;
        found.p50_us = quantile(many.life_us, 0.5);
        found.p99_us = quantile(many.life_us, 0.99);
        found.rss_mb = many.rss_mb;
        found.limit_per_second = lives / ideal.seconds;
        const double p50_alone = quantile(one.life_us, 0.5), ideal_p50_alone = quantile(ideal_alone.each_us, 0.5);
        found.more = {{"processor_us_per_life", many.processor_seconds * 1e6 / lives},
                      {"alone_p50_us", p50_alone},
                      {"alone_p99_us", quantile(one.life_us, 0.99)},
                      {"alone_limit_p50_us", ideal_p50_alone},
                      {"alone_ratio", ideal_p50_alone / p50_alone}};
        return found;
    };
    return {in_rounds({"provision", place.store(), how.n, how.concurrency}, how.repeated, once)};
}

}  // namespace slipway::bench
