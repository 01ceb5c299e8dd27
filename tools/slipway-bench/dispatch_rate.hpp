// The benchmark `dispatch`: how many events a second a machine in SML notation takes, of ten states and fifteen rows, with
// a guard and actions; and a switch that somebody has written by hand, in turns with it, on the same events.
//
// One thread, blocks. Throws std::logic_error where the two do not agree.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_dispatch(const options& how);

}  // namespace slipway::bench
