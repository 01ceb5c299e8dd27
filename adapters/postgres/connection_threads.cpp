#include "adapters/postgres/connection_threads.hpp"

#include <algorithm>

namespace slipway::postgres {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

watch::watch(std::chrono::milliseconds at_most) : at_most_(at_most), thread_([this] { run(); }) {}

watch::~watch() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

watch::turn::turn(watch& in, session& on) : in_(in), on_(on) {
    const auto until = clock::now() + in_.at_most_;
    bool sleeps_too_long = false;
    {
        const std::lock_guard lock(in_.mutex_);
        in_.running_.push_back({&on, until});
        sleeps_too_long = until < in_.sleeps_until_;
    }
    if (sleeps_too_long) in_.wake_.notify_one();
}

watch::turn::~turn() {
    const std::lock_guard lock(in_.mutex_);
    std::erase_if(in_.running_, [this](const entry& e) { return e.on == &on_; });
}

void watch::run() {
    std::unique_lock lock(mutex_);
    while (!closed_) {
        auto next = clock::time_point::max();
        for (entry& e : running_) {
            if (e.until <= clock::now()) {
                e.on->cut();  // it may connect again, and have to be cut again
                e.until = clock::now() + at_most_;
            }
            next = std::min(next, e.until);
        }
        // Turns end unseen, so that it wakes once in a while for nothing, and not with every turn.
        sleeps_until_ = next;
        if (next == clock::time_point::max())
            wake_.wait(lock);
        else
            wake_.wait_until(lock, next);
    }
}

connection_threads::connection_threads(const server_address& where, std::size_t how_many, watch& watched,
                                       const std::shared_ptr<const furthest_event>& known)
    : watched_(watched) {
    for (std::size_t i = 0; i < how_many; ++i) sessions_.push_back(std::make_unique<session>(where, known));
    for (const auto& one : sessions_) threads_.emplace_back([this, on = one.get()] { run(*on); });
}

connection_threads::~connection_threads() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_all();
    for (std::thread& one : threads_) one.join();
}

void connection_threads::run_soon(job next) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(next));
    }
    wake_.notify_one();
}

void connection_threads::run(session& on) {
    for (;;) {
        job next;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        const watch::turn limited(watched_, on);
        next(on);
    }
}

asio::awaitable<result<void>> connection_threads::change(session::work work) {
    struct nothing {};
    std::function<result<nothing>(transaction_base&)> run = [work = std::move(work)](transaction_base& in) -> result<nothing> {
        auto done = work(in);
        if (!done) return done.error();
        return nothing{};
    };
    const auto done = co_await ask<nothing>(access::change, std::move(run));
    result<void> answer;
    if (!done) answer = done.error();
    co_return answer;
}

}  // namespace slipway::postgres
