// A lock for coroutines of one loop: whoever comes first gets it first. One at a time may hold it, or as many as it was
// made for. Not for use across threads.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <utility>

namespace slipway {

class async_mutex {
    using channel = boost::asio::experimental::channel<void(boost::system::error_code)>;

public:
    // Unlocks when it goes out of scope. The mutex must outlive it.
    class guard {
    public:
        guard() = default;
        explicit guard(channel* held) : held_(held) {}
        guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
        guard& operator=(guard&& other) noexcept {
            std::swap(held_, other.held_);
            return *this;
        }
        ~guard() {
            if (held_) held_->try_receive([](boost::system::error_code) {});
        }

    private:
        channel* held_ = nullptr;
    };

    explicit async_mutex(const boost::asio::any_io_executor& executor, std::size_t holders = 1)
        : held_(executor, holders) {}

    // Cancelling the coroutine while it waits throws operation_aborted and leaves the queue intact.
    boost::asio::awaitable<guard> lock() {
        co_await held_.async_send(boost::system::error_code{}, boost::asio::use_awaitable);
        co_return guard(&held_);
    }

private:
    channel held_;  // a message for each who holds it
};

}  // namespace slipway
