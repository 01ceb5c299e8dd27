// Time, as the engine sees it. The real clock and the simulator's virtual one both implement this.
// Called on the loop's thread.
#pragma once

#include "engine/base/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace slipway {

// Calls once when it is reached; never after it is gone.
class time_limit {
public:
    virtual ~time_limit() = default;
};

class engine_clock {
public:
    virtual ~engine_clock() = default;

    // Wall time, for what people read and for due times. May jump.
    virtual timestamp now() const = 0;

    // Time since some fixed point; never jumps back. For deadlines and durations.
    virtual std::chrono::milliseconds steady() const = 0;

    // Resumes after `d`; throws operation_aborted when the coroutine is cancelled.
    virtual boost::asio::awaitable<void> sleep(std::chrono::milliseconds d) = 0;

    // Calls `reached` on the executor after `d`. For limits, most of which never are: a sleep that is raced against costs
    // coroutines and an exception each time.
    virtual std::unique_ptr<time_limit> set_limit(const boost::asio::any_io_executor& on, std::chrono::milliseconds d,
                                                  std::function<void()> reached) = 0;
};

}  // namespace slipway
