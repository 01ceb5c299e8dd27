// The benchmark `grow`: what a life costs in processor time where few, more and many are on their way together, and what it
// costs to wait for SSH of as many VMs, whose packets are dropped or whose connections are refused. The limit is the
// smallest fleet: a life should cost the same in the largest.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_growth(const options& how);

}  // namespace slipway::bench
