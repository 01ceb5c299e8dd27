// A place where coroutines of one loop wait until another one says that something has changed. It carries no value and
// remembers no notification: wait in a loop over the condition. One thread only.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>

namespace slipway {

class wakeup {
public:
    wakeup();
    ~wakeup();  // nobody may be waiting any more, unless the loop itself is being destroyed
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;

    // Throws operation_aborted when the coroutine is cancelled.
    boost::asio::awaitable<void> wait();

    // The one that has waited longest; returns false where nobody waits.
    bool notify_one();
    void notify_all();

    std::size_t waiting() const { return waiters_.size(); }

private:
    struct waiter;
    std::list<waiter*> waiters_;
};

}  // namespace slipway
