// The limit that `provision` is held against: lives that are nothing but their six events, each durable before the next one
// is begun, and one commit for all lives that are at the same event. No engine, no heads, no checks, no hashing, no hop to
// another thread: the rows lie ready.
//
// Each of the run is a set of `at_once` lives that were lived together. One thread. Throws std::runtime_error with what the
// store said.
#pragma once

#include "tools/slipway-bench/raw_inserts.hpp"
#include "tools/slipway-bench/stopwatch.hpp"

#include <cstdint>

namespace slipway::bench {

timed_run live_ideally(raw_inserts& into, std::uint64_t first_vm, std::uint64_t lives, std::uint64_t at_once);

}  // namespace slipway::bench
