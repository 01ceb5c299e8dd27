// What a benchmark has found out, as a line of JSON for programs and as a row of a table for people.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace slipway::bench {

struct figures {
    std::string bench;
    std::string store;         // "sqlite", "postgresql"
    std::uint64_t n = 0;       // of each round
    std::uint64_t concurrency = 0;
    std::uint64_t daemons = 1;
    std::uint64_t rounds = 0;
    // Medians of the rounds.
    double seconds = 0, per_second = 0, appends_per_second = 0, p50_us = 0, p99_us = 0, limit_per_second = 0;
    double rss_mb = 0;         // of one daemon, the most
    double ratio = 0;          // per_second / limit_per_second, median of the rounds'
};

// Of an empty list 0.
double median(std::vector<double> values);
// The value that `part` (0 to 1) of them are not above.
double quantile(std::vector<double> values, double part);

void write_line(std::ostream& to, const figures& of);
void write_table(std::ostream& to, const std::vector<figures>& all);

}  // namespace slipway::bench
