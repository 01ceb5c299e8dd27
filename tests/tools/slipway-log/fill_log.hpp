// A log with as many events as one wants: VMs that live as VMs do, many at a time, so that their events lie between
// each other's in the file. Ids and times are the same in every run.
#pragma once

#include "adapters/sqlite/writer.hpp"

#include <cstdint>

namespace slipway::test {

// At least `events` events; the last VMs live to the end of what was planned for them. How many there are. Throws where
// the log does not take one.
std::uint64_t fill_log(sqlite::writer& log, std::uint64_t events);

}  // namespace slipway::test
