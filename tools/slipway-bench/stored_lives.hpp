// A log that is there already when a benchmark begins: lives as the engine has written them down. Blocks; throws
// std::runtime_error with what the store said.
#pragma once

#include "engine/ports/event_log.hpp"

#include <cstdint>

namespace slipway::bench {

inline constexpr std::uint64_t appends_before_server = 3;  // then a life is about to create its server

// These VMs' lives, to their end (active, or deleted again) or for so many appends. How many events there are.
std::uint64_t store_lives(event_log& log, std::uint64_t first_vm, std::uint64_t vms, std::uint64_t appends_at_most);

}  // namespace slipway::bench
