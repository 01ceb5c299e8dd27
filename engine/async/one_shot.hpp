// A result that another thread delivers once to a coroutine. The coroutine keeps the receiver and awaits it on its own
// executor; the other thread keeps the sender and delivers from wherever it is.
//
// Cancelling the waiting coroutine ends the wait with operation_aborted; what the other thread does goes on, and its
// delivery then finds nobody and is dropped. A sender that dies without having delivered leaves its receiver waiting:
// the owner of the sender must always deliver. The executor's context must outlive the sender.
//
// A timer that never expires is what the coroutine sleeps on: it is the one thing in Asio that can be awaited,
// cancelled and destroyed with its io_context without further care.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace slipway {

template <class T>
class one_shot {
    struct state {
        explicit state(const boost::asio::any_io_executor& on)
            : arrival(on, boost::asio::steady_timer::time_point::max()) {}
        boost::asio::steady_timer arrival;  // touched on the executor only, as is `value`
        std::optional<T> value;
    };

public:
    class sender {
    public:
        // Any thread, once.
        void deliver(T value) {
            auto hand_over = [to = state_, what = std::move(value)]() mutable {
                to->value.emplace(std::move(what));
                to->arrival.cancel();
            };
            auto executor = state_->arrival.get_executor();
            state_.reset();
            boost::asio::post(executor, std::move(hand_over));
        }

    private:
        friend one_shot;
        explicit sender(std::shared_ptr<state> to) : state_(std::move(to)) {}
        std::shared_ptr<state> state_;
    };

    explicit one_shot(const boost::asio::any_io_executor& on) : state_(std::make_shared<state>(on)) {}

    sender make_sender() const { return sender(state_); }

    // On the executor, by one coroutine, once.
    boost::asio::awaitable<T> receive() {
        const auto state = state_;  // the receiver may be gone before the value comes
        if (!state->value) {
            auto [failed] = co_await state->arrival.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            if (!state->value) throw boost::system::system_error(failed);
        }
        co_return std::move(*state->value);
    }

private:
    std::shared_ptr<state> state_;
};

}  // namespace slipway
