// A place where coroutines of one loop wait until another one says that something has changed. It carries no value and
// keeps no notification: who waits looks at the condition itself, before and after. One thread only.
//
//   while (!done) co_await changed.wait();
//
// There is no timer behind it: whoever waits costs one posted handler, which the simulator counts on. It may go before
// the loop or after it; who still waits when it goes, waits until it is cancelled.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <list>

namespace slipway {

class wakeup {
public:
    wakeup();
    ~wakeup();
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;

    // Throws operation_aborted when the coroutine is cancelled before it was notified.
    boost::asio::awaitable<void> wait();

    // The one that has waited longest; returns false where nobody waits.
    bool notify_one();
    // Everybody who waits now, in the order in which they came.
    void notify_all();

private:
    struct waiter;
    std::list<waiter*> waiters_;  // the one that has waited longest is at the front
};

}  // namespace slipway
