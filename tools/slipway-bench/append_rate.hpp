// The benchmark `append`: how many events a second become durable where many VMs live at once, each with one append on its
// way, heads, hashes, fences and idempotency included; and the same rows by a bare batched INSERT, in turns with it, so that
// what else the machine does meets both.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/figures.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::bench {

struct append_options {
    std::optional<std::string> server;     // postgresql://…; none: a file
    std::uint64_t n = 50'000;              // events of a round, of all daemons together
    std::uint64_t concurrency = 256;       // streams at once, of each daemon
    std::uint64_t daemons = 1;
    std::uint64_t rounds = 5;
    double seconds = 0;                    // goes on with more rounds until so long is over
};

figures measure_append(const append_options& how);

}  // namespace slipway::bench
