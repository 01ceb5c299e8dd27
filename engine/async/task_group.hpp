// Coroutines that an owner has started on his loop and must not outlive him: he cancels them all, and waits until the last
// one has ended. What one of them throws after that is its way to end; before it, a bug, and comes out of the loop.
//
// One loop, one thread. Owned by who starts them; gone only when none runs any more (finish()), or after the loop.
#pragma once

#include "engine/async/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace slipway {

class task_group {
public:
    explicit task_group(boost::asio::any_io_executor on);
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group();

    void spawn(boost::asio::awaitable<void> work);

    // Cancels what runs and waits for it. What is spawned from then on is not begun.
    boost::asio::awaitable<void> finish();

private:
    struct inside;
    std::shared_ptr<inside> inside_;
};

}  // namespace slipway
