// The benchmark `provision`: how many VMs a second come to life, many at once and one alone, through the real engine and
// the real log, where Hetzner and SSH cost nothing; and the ideal workflow of six durable steps, in turns with it.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_provision(const options& how);

}  // namespace slipway::bench
