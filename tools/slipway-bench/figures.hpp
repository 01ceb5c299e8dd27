// What a benchmark has found out, as a line of JSON for programs and as a row of a table for people.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace slipway::bench {

using named_figures = std::vector<std::pair<std::string, double>>;

// slipway and its limit, once each, one after the other.
struct round {
    double seconds = 0, per_second = 0, p50_us = 0, p99_us = 0, rss_mb = 0, limit_per_second = 0;
    named_figures more = {};  // of every round the same names
};

struct figures {
    std::string bench;
    std::string store;  // "sqlite", "postgresql", "memory"
    std::uint64_t n = 0;  // of each round
    std::uint64_t concurrency = 0;
    std::uint64_t rounds = 0;
    // Medians of the rounds; of the memory the most.
    double seconds = 0, per_second = 0, p50_us = 0, p99_us = 0, rss_mb = 0, limit_per_second = 0;
    double ratio = 0;  // per_second / limit_per_second, median of the rounds'
    named_figures more = {};
};

struct repetition {
    std::uint64_t rounds = 5;
    double seconds = 0;  // goes on with more rounds until so long is over
};

// `about` with what the rounds have found.
figures in_rounds(figures about, const repetition& how, const std::function<round()>& once);

// Of an empty list 0.
double median(std::vector<double> values);
// The value that `part` (0 to 1) of them are not above.
double quantile(std::vector<double> values, double part);

void write_line(std::ostream& to, const figures& of);
void write_head(std::ostream& to);
void write_row(std::ostream& to, const figures& of);

}  // namespace slipway::bench
