#include "engine/async/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace slipway {

namespace asio = boost::asio;

struct wakeup::waiter {
    // Never expires: cancelling it is the notification.
    explicit waiter(const asio::any_io_executor& loop) : timer(loop, asio::steady_timer::time_point::max()) {}

    asio::steady_timer timer;
    bool notified = false;
};

wakeup::wakeup() = default;
wakeup::~wakeup() = default;

asio::awaitable<void> wakeup::wait() {
    waiter self(co_await asio::this_coro::executor);
    const auto place = waiters_.insert(waiters_.end(), &self);
    // The list must not keep a waiter whose coroutine was cancelled or destroyed.
    struct leaving {
        std::list<waiter*>& list;
        std::list<waiter*>::iterator place;
        const waiter& self;
        ~leaving() {
            if (!self.notified) list.erase(place);
        }
    } guard{waiters_, place, self};
    co_await self.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!self.notified) throw boost::system::system_error(asio::error::operation_aborted);
}

bool wakeup::notify_one() {
    if (waiters_.empty()) return false;
    waiter* first = waiters_.front();
    waiters_.pop_front();
    first->notified = true;
    first->timer.cancel();
    return true;
}

void wakeup::notify_all() {
    while (notify_one()) {
    }
}

}  // namespace slipway
