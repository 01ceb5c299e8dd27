// Lets coroutines of one loop wait for something to change. notify() wakes everybody who waits now; whoever waits must
// look again at what it waits for, before and after. Not for use across threads.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

namespace slipway {

class async_signal {
public:
    explicit async_signal(const boost::asio::any_io_executor& executor) : waiting_(executor) {}

    // Throws operation_aborted when the waiting coroutine itself is cancelled.
    boost::asio::awaitable<void> wait() {
        co_await waiting_.async_receive(boost::asio::as_tuple(boost::asio::use_awaitable));
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        if (state.cancelled() != boost::asio::cancellation_type::none)
            throw boost::system::system_error(boost::asio::error::operation_aborted);
    }

    void notify() { waiting_.cancel(); }

private:
    boost::asio::experimental::channel<void(boost::system::error_code)> waiting_;  // nothing is ever sent
};

}  // namespace slipway
