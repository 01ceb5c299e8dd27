// A lock for coroutines of one loop: whoever comes first gets it first. One at a time may hold it, or as many as it was
// made for. Not for use across threads.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace slipway {

class async_mutex {
    using channel = boost::asio::experimental::channel<void(boost::system::error_code)>;

public:
    // Unlocks when it goes out of scope, also after the mutex itself has gone.
    class guard {
    public:
        guard() = default;
        explicit guard(std::shared_ptr<channel> held) : held_(std::move(held)) {}
        guard(guard&& other) noexcept : held_(std::move(other.held_)) {}
        guard& operator=(guard&& other) noexcept {
            std::swap(held_, other.held_);
            return *this;
        }
        ~guard() {
            if (held_) held_->try_receive([](boost::system::error_code) {});
        }

    private:
        std::shared_ptr<channel> held_;
    };

    explicit async_mutex(const boost::asio::any_io_executor& executor, std::size_t holders = 1)
        : held_(std::make_shared<channel>(executor, holders)) {}

    // None: somebody holds it.
    std::optional<guard> try_lock() {
        if (!held_->try_send(boost::system::error_code{})) return {};
        return guard(held_);
    }

    // Cancelling the coroutine while it waits throws operation_aborted and leaves the queue intact.
    boost::asio::awaitable<guard> lock() {
        const auto held = held_;
        co_await held->async_send(boost::system::error_code{}, boost::asio::use_awaitable);
        co_return guard(held);
    }

private:
    std::shared_ptr<channel> held_;  // a message for each who holds it
};

}  // namespace slipway
