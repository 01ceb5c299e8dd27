#include "tools/slipway-bench/figures.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>

namespace slipway::bench {

namespace {

double rounded(double value, double to) { return std::round(value * to) / to; }

}  // namespace

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

void write_line(std::ostream& to, const figures& of) {
    const nlohmann::ordered_json line{{"bench", of.bench},
                                      {"store", of.store},
                                      {"n", of.n},
                                      {"concurrency", of.concurrency},
                                      {"daemons", of.daemons},
                                      {"rounds", of.rounds},
                                      {"seconds", rounded(of.seconds, 1000)},
                                      {"per_second", rounded(of.per_second, 1)},
                                      {"appends_per_second", rounded(of.appends_per_second, 1)},
                                      {"p50_us", rounded(of.p50_us, 1)},
                                      {"p99_us", rounded(of.p99_us, 1)},
                                      {"rss_mb", rounded(of.rss_mb, 10)},
                                      {"limit_per_second", rounded(of.limit_per_second, 1)},
                                      {"ratio", rounded(of.ratio, 1000)}};
    to << line.dump() << std::endl;
}

void write_table(std::ostream& to, const std::vector<figures>& all) {
    to << std::left << std::setw(10) << "bench" << std::setw(12) << "store" << std::right << std::setw(8) << "daemons"
       << std::setw(9) << "at once" << std::setw(11) << "events/s" << std::setw(11) << "p50 us" << std::setw(11)
       << "p99 us" << std::setw(11) << "limit/s" << std::setw(8) << "ratio" << '\n';
    for (const figures& f : all)
        to << std::left << std::setw(10) << f.bench << std::setw(12) << f.store << std::right << std::setw(8) << f.daemons
           << std::setw(9) << f.concurrency << std::fixed << std::setprecision(0) << std::setw(11) << f.per_second
           << std::setw(11) << f.p50_us << std::setw(11) << f.p99_us << std::setw(11) << f.limit_per_second
           << std::setprecision(2) << std::setw(8) << f.ratio << '\n';
}

}  // namespace slipway::bench
