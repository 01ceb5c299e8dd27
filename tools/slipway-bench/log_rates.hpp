// The benchmark `log`: what slipway-log takes to verify, export and import a whole log, against a scan of it and against
// bare INSERTs of its rows; and to show one stream of it, against the same on a short log.
//
// One thread, blocks. Throws std::runtime_error with a sentence.
#pragma once

#include "tools/slipway-bench/benchmark.hpp"

#include <vector>

namespace slipway::bench {

std::vector<figures> measure_log(const options& how);

}  // namespace slipway::bench
