#include "tools/slipway-bench/growth.hpp"

#include "tools/slipway-bench/bench_place.hpp"
#include "tools/slipway-bench/lives_part.hpp"
#include "tools/slipway-bench/waiting_part.hpp"

#include <algorithm>
#include <set>

namespace slipway::bench {

namespace {

// A hundredth and a tenth of the largest fleet, and itself.
std::set<std::uint64_t> sizes_up_to(std::uint64_t largest) {
    return {std::max<std::uint64_t>(largest / 100, 1), std::max<std::uint64_t>(largest / 10, 1), largest};
}

// Each fleet has a log of its own: that it has grown meanwhile is not what is measured here.
lives_report live_together(const options& how, std::uint64_t size) {
    const bench_place place(how.server);
    const std::uint64_t fleets = std::max<std::uint64_t>(how.n / size, 1);
    return run_lives({place.url(), 1, fleets * size, size, size});
}

struct waited {
    waiting_report dropped, refused;
};

waited wait_together(const options& how, std::uint64_t size) {
    const bench_place place(how.server);
    order_vms(place.url(), size);
    waited found;
    found.dropped = wait_for_ssh({place.url(), size, muteness::dropped, how.watched_seconds});
    found.refused = wait_for_ssh({place.url(), size, muteness::refused, how.watched_seconds});
    return found;
}

}  // namespace

std::vector<figures> measure_growth(const options& how) {
    const auto once = [&] {
        round found;
        for (const std::uint64_t size : sizes_up_to(how.concurrency)) {
            const lives_report lived = live_together(how, size);
            const double per_processor_second = static_cast<double>(lived.life_us.size()) / lived.processor_seconds;
            const auto [dropped, refused] = wait_together(how, size);
            if (found.limit_per_second == 0) found.limit_per_second = per_processor_second;
            found.seconds = lived.seconds;
            found.per_second = per_processor_second;
            found.p50_us = quantile(lived.life_us, 0.5);
            found.p99_us = quantile(lived.life_us, 0.99);
            found.rss_mb = lived.rss_mb;
            const std::string of = "_" + std::to_string(size);
            found.more.insert(found.more.end(), {{"processor_us_per_life" + of, 1e6 / per_processor_second},
                                                 {"dropped_core_percent" + of, dropped.core_percent},
                                                 {"dropped_mb" + of, dropped.rss_mb},
                                                 {"refused_core_percent" + of, refused.core_percent},
                                                 {"refused_mb" + of, refused.rss_mb}});
        }
        return found;
    };
    const char* store = how.server ? "postgresql" : "sqlite";
    return {in_rounds({"grow", store, std::max(how.n, how.concurrency), how.concurrency}, how.repeated, once)};
}

}  // namespace slipway::bench
