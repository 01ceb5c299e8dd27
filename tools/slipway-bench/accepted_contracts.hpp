// The limit that `api` is held against: the events of accepted contracts as the engine stores them, a stream each, appended
// to the log by so many coroutines at once; no HTTP, no checks, no engine, no idempotency keys beside it.
//
// One thread, blocks. Throws std::runtime_error with what the store said.
#pragma once

#include "engine/ports/event_log.hpp"
#include "tools/slipway-bench/stopwatch.hpp"

#include <cstdint>

namespace slipway::bench {

timed_run append_contracts(event_log& log, std::uint64_t first_buyer, std::uint64_t contracts, std::uint64_t at_once);

}  // namespace slipway::bench
