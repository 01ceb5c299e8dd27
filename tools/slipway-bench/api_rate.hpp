// The benchmark `api`: how many contracts a second slipwayd accepts over HTTP, over many connections and over one; and the
// log's own append of what is stored of them, in turns with it.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_api(const options& how);

}  // namespace slipway::bench
