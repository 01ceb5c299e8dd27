// The store as slipwayd opens it, for what a benchmark does with it in its own process. Blocks; throws std::runtime_error
// where it cannot be opened.
#pragma once

#include "adapters/composition/store.hpp"

#include <string>

namespace slipway::bench {

composition::location place_of(const std::string& url);
composition::store open_bench_store(const std::string& url);

}  // namespace slipway::bench
