// Many coroutines on one loop, each doing one thing after the other: what a benchmark calls "so many at once".
//
// One thread. The first exception of a lane ends the run, and is thrown once the others have come to rest.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>

namespace slipway::bench {

// What a lane does with the number that it has drawn.
using lane_work = std::function<boost::asio::awaitable<void>(std::uint64_t number)>;

// Runs the loop until `work` was done for all numbers from 0 to below `total`, `at_once` of them at the same time. What else
// there is on the loop stays there.
void run_lanes(boost::asio::io_context& loop, std::uint64_t total, std::uint64_t at_once, const lane_work& work);

// Runs the loop until this one has come to its end.
void run_to_end(boost::asio::io_context& loop, boost::asio::awaitable<void> work);

}  // namespace slipway::bench
