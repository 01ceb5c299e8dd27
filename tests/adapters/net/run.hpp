// Runs coroutines to their end on a loop of their own, with a limit after which the test fails instead of hanging.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace slipway::test {

// Runs `loop` until `done()`; throws where that takes longer than `limit`.
template <class Done>
void run_until(boost::asio::io_context& loop, Done done, std::chrono::seconds limit = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    loop.restart();
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the test waited for too long");
        loop.run_one_for(std::chrono::milliseconds(100));
        if (loop.stopped()) loop.restart();
    }
}

template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
    std::optional<T> out;
    std::exception_ptr failed;
    bool ended = false;
    boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr broken, T value) {
        failed = broken;
        if (!broken) out.emplace(std::move(value));
        ended = true;
    });
    run_until(loop, [&] { return ended; });
    if (failed) std::rethrow_exception(failed);
    return std::move(*out);
}

}  // namespace slipway::test
