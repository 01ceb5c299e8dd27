// Time, as the engine sees it. The real clock and the simulator's virtual one both implement this.
// Called on the loop's thread.
#pragma once

#include "engine/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace slipway {

class engine_clock {
public:
    virtual ~engine_clock() = default;

    // Wall time, for what people read and for due times. May jump.
    virtual timestamp now() const = 0;

    // Time since some fixed point; never jumps back. For deadlines and durations.
    virtual std::chrono::milliseconds steady() const = 0;

    // Resumes after `d`; throws operation_aborted when the coroutine is cancelled.
    virtual boost::asio::awaitable<void> sleep(std::chrono::milliseconds d) = 0;
};

}  // namespace slipway
