// The benchmark `restart`: from starting slipwayd to the first command that it answers, on a log with many VMs that are at
// rest and some that are on their way; and the same where few are at rest, in turns with it: history should cost nothing.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_restart(const options& how);

}  // namespace slipway::bench
