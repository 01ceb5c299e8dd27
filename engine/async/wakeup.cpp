#include "engine/async/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

namespace slipway {

namespace asio = boost::asio;

// In the waiting coroutine's frame, so that it goes with the loop.
struct wakeup::waiter {
    waiter(const asio::any_io_executor& loop, std::list<waiter*>& queue)
        : never(loop), in(&queue), place(queue.insert(queue.end(), this)) {}
    ~waiter() { leave(); }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    void leave() {
        if (in) in->erase(place);
        in = nullptr;
    }

    asio::experimental::channel<void(boost::system::error_code)> never;  // brings nothing: cancelling it notifies
    std::list<waiter*>* in;                                              // null: it was notified, or that has gone
    std::list<waiter*>::iterator place;
    bool notified = false;
};

wakeup::wakeup() = default;

wakeup::~wakeup() {
    while (!waiters_.empty()) waiters_.front()->leave();
}

asio::awaitable<void> wakeup::wait() {
    waiter self(co_await asio::this_coro::executor, waiters_);
    co_await self.never.async_receive(asio::as_tuple(asio::use_awaitable));
    if (!self.notified) throw boost::system::system_error(asio::error::operation_aborted);
}

bool wakeup::notify_one() {
    if (waiters_.empty()) return false;
    waiter& first = *waiters_.front();
    first.leave();
    first.notified = true;
    first.never.cancel();
    return true;
}

void wakeup::notify_all() {
    while (notify_one()) {
    }
}

}  // namespace slipway
