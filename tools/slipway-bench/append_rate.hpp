// The benchmark `append`: how many events a second become durable where many VMs live at once, each with one append on its
// way, heads, hashes, fences and idempotency included; and the same rows by a bare batched INSERT, in turns with it, so that
// what else the machine does meets both.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_append(const options& how);

}  // namespace slipway::bench
