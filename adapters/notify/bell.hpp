// Where one coroutine waits until it is rung for, or until a time has passed. A ring that nobody waits for is kept.
// One loop, one thread. The clock outlives it.
#pragma once

#include "engine/ports/clock.hpp"
#include "engine/async/async_signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace slipway::notify {

class bell {
public:
    bell(const boost::asio::any_io_executor& loop, engine_clock& clock);

    void ring();
    // Throws when the coroutine is cancelled.
    boost::asio::awaitable<void> wait(std::chrono::milliseconds longest);

private:
    engine_clock& clock_;
    async_signal signal_;
    bool rung_ = false;
};

}  // namespace slipway::notify
