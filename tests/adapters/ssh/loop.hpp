// Runs a coroutine of a test to its end on the test's own loop, beside the acceptors that live on the same loop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>

namespace slipway::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Runs the loop until `done` is true; throws where that takes too long: a test that hangs says so.
inline void run_until(asio::io_context& loop, const std::function<bool()>& done, std::chrono::seconds limit = 60s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the test waited too long");
        loop.restart();
        loop.run_one_for(20ms);
    }
}

template <class T>
T run(asio::io_context& loop, asio::awaitable<T> work) {
    std::optional<T> value;
    std::exception_ptr failure;
    bool ended = false;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, T result) {
        failure = e;
        if (!e) value.emplace(std::move(result));
        ended = true;
    });
    run_until(loop, [&] { return ended; });
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
}

inline double milliseconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace slipway::test
