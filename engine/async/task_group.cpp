#include "engine/async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <list>
#include <utility>

namespace slipway {

namespace asio = boost::asio;

struct task_group::inside {
    explicit inside(asio::any_io_executor on) : loop(std::move(on)) {}

    asio::any_io_executor loop;
    std::list<asio::cancellation_signal> running;
    wakeup one_ended;
    bool stopping = false;
};

task_group::task_group(asio::any_io_executor on) : inside_(std::make_shared<inside>(std::move(on))) {}
task_group::~task_group() = default;

void task_group::spawn(asio::awaitable<void> work) {
    if (inside_->stopping) return;
    const auto mine = inside_->running.emplace(inside_->running.end());
    auto ended = [group = inside_, mine](std::exception_ptr broken) {
        group->running.erase(mine);
        group->one_ended.notify_all();
        if (broken && !group->stopping) std::rethrow_exception(broken);
    };
    asio::co_spawn(inside_->loop, std::move(work), asio::bind_cancellation_slot(mine->slot(), std::move(ended)));
}

asio::awaitable<void> task_group::finish() {
    const auto group = inside_;
    group->stopping = true;
    // One that ends at once takes its signal out of the list.
    for (auto next = group->running.begin(); next != group->running.end();) (next++)->emit(asio::cancellation_type::terminal);
    while (!group->running.empty()) co_await group->one_ended.wait();
}

}  // namespace slipway
