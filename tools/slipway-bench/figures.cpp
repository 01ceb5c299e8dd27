#include "tools/slipway-bench/figures.hpp"

#include "tools/slipway-bench/stopwatch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace slipway::bench {

namespace {

double rounded(double value, double to) { return std::round(value * to) / to; }

double median_of(const std::vector<round>& all, const std::function<double(const round&)>& value) {
    std::vector<double> values;
    for (const round& one : all) values.push_back(value(one));
    return median(std::move(values));
}

// As many digits as say something: 1120, 31.2, 0.0026.
std::string short_text(double value) {
    std::ostringstream text;
    const int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

}  // namespace

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

figures in_rounds(figures about, const repetition& how, const std::function<round()>& once) {
    std::vector<round> all;
    const stopwatch since;
    while (all.size() < how.rounds || since.seconds() < how.seconds) all.push_back(once());
    about.rounds = all.size();
    about.seconds = median_of(all, [](const round& r) { return r.seconds; });
    about.per_second = median_of(all, [](const round& r) { return r.per_second; });
    about.p50_us = median_of(all, [](const round& r) { return r.p50_us; });
    about.p99_us = median_of(all, [](const round& r) { return r.p99_us; });
    about.limit_per_second = median_of(all, [](const round& r) { return r.limit_per_second; });
    about.ratio = median_of(all, [](const round& r) { return r.per_second / r.limit_per_second; });
    for (const round& one : all) about.rss_mb = std::max(about.rss_mb, one.rss_mb);
    for (std::size_t i = 0; i < all.front().more.size(); ++i)
        about.more.emplace_back(all.front().more[i].first, median_of(all, [i](const round& r) { return r.more[i].second; }));
    return about;
}

void write_line(std::ostream& to, const figures& of) {
    nlohmann::ordered_json line{{"bench", of.bench},
                                {"store", of.store},
                                {"n", of.n},
                                {"concurrency", of.concurrency},
                                {"rounds", of.rounds},
                                {"seconds", rounded(of.seconds, 1e6)},
                                {"per_second", rounded(of.per_second, 10)},
                                {"p50_us", rounded(of.p50_us, 1e4)},
                                {"p99_us", rounded(of.p99_us, 1e4)},
                                {"rss_mb", rounded(of.rss_mb, 10)},
                                {"limit_per_second", rounded(of.limit_per_second, 10)},
                                {"ratio", rounded(of.ratio, 1000)}};
    for (const auto& [name, value] : of.more)
        if (value == std::floor(value))
            line[name] = static_cast<std::int64_t>(value);
        else
            line[name] = rounded(value, 1000);
    to << line.dump() << std::endl;
}

void write_head(std::ostream& to) {
    to << std::left << std::setw(11) << "bench" << std::setw(12) << "store" << std::right << std::setw(9) << "n"
       << std::setw(9) << "at once" << std::setw(12) << "per second" << std::setw(11) << "p50 us" << std::setw(11) << "p99 us"
       << std::setw(9) << "MB" << std::setw(12) << "limit" << std::setw(8) << "ratio" << std::endl;
}

void write_row(std::ostream& to, const figures& of) {
    to << std::left << std::setw(11) << of.bench << std::setw(12) << of.store << std::right << std::setw(9) << of.n
       << std::setw(9) << of.concurrency << std::setw(12) << short_text(of.per_second) << std::setw(11)
       << short_text(of.p50_us) << std::setw(11) << short_text(of.p99_us) << std::setw(9) << short_text(of.rss_mb)
       << std::setw(12) << short_text(of.limit_per_second) << std::setw(8) << std::fixed << std::setprecision(2) << of.ratio;
    for (const auto& [name, value] : of.more) to << "  " << name << ' ' << short_text(value);
    to << std::endl;
}

}  // namespace slipway::bench
