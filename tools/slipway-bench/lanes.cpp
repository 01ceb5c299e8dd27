#include "tools/slipway-bench/lanes.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace slipway::bench {

namespace {

struct draw {
    std::uint64_t next = 0, total = 0;
};

boost::asio::awaitable<void> lane(draw& numbers, const lane_work& work) {
    while (numbers.next < numbers.total) co_await work(numbers.next++);
}

}  // namespace

void run_lanes(boost::asio::io_context& loop, std::uint64_t total, std::uint64_t at_once, const lane_work& work) {
    draw numbers{0, total};
    std::exception_ptr failed;
    std::uint64_t running = at_once;
    loop.restart();
    for (std::uint64_t i = 0; i < at_once; ++i)
        boost::asio::co_spawn(loop, lane(numbers, work), [&](std::exception_ptr thrown) {
            if (thrown) numbers.next = numbers.total;
            if (thrown && !failed) failed = thrown;
            if (--running == 0) loop.stop();
        });
    loop.run();
    if (failed) std::rethrow_exception(failed);
}

void run_to_end(boost::asio::io_context& loop, boost::asio::awaitable<void> work) {
    std::exception_ptr failed;
    loop.restart();
    boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown) {
        failed = thrown;
        loop.stop();
    });
    loop.run();
    if (failed) std::rethrow_exception(failed);
}

}  // namespace slipway::bench
