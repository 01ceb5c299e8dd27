// The benchmark `replay`: how many events a second a whole log is read and folded with, each stream into its state; and the
// same scan that makes nothing of what it reads, in turns with it.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_replay(const options& how);

}  // namespace slipway::bench
