// Whether the coroutine that asks has been cancelled. A closed socket's operation_aborted does not tell: the socket may
// have been closed by a deadline of ours.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace slipway {

// Throws operation_aborted where it has been.
inline boost::asio::awaitable<void> stop_if_cancelled() {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace slipway
