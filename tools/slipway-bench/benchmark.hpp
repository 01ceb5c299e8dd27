// What may be asked of a benchmark.
#pragma once

#include "tools/slipway-bench/figures.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::bench {

struct options {
    std::uint64_t n = 0;            // of a round; each benchmark says of what
    std::uint64_t concurrency = 0;  // at once
    std::uint64_t daemons = 1;      // append: processes, each with so many at once
    double watched_seconds = 2;     // grow: for so long waiting is looked at
    repetition repeated;
    std::optional<std::string> server;  // postgresql://…; none: a file
    std::string slipwayd, slipway_log;  // the programs
};

// Of what is done one at a time: enough for a median.
inline constexpr std::uint64_t alone_at_most = 300;

using benchmark = std::vector<figures> (*)(const options& how);

}  // namespace slipway::bench
