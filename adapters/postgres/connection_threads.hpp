// A few threads with a connection each, for everything but appends: whoever is free takes what waits longest. A watch cuts
// a connection whose server has not answered for too long, so that nobody waits for ever.
//
// Owned by the event store. ask() on the loop's thread; the destructor finishes what is queued and joins the threads.
#pragma once

#include "adapters/postgres/server_session.hpp"
#include "engine/async/one_shot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace slipway::postgres {

// Ends what takes longer than the server may take. Any thread.
class watch {
public:
    explicit watch(std::chrono::milliseconds at_most);
    ~watch();
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

    // While it lives, `on` is cut when the time is over.
    class turn {
    public:
        turn(watch& in, session& on);
        ~turn();
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

    private:
        watch& in_;
        session& on_;
    };

private:
    struct entry {
        session* on;
        std::chrono::steady_clock::time_point until;
    };
    void run();

    const std::chrono::milliseconds at_most_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<entry> running_;
    std::chrono::steady_clock::time_point sleeps_until_ = std::chrono::steady_clock::time_point::max();
    bool closed_ = false;
    std::thread thread_;  // last: it runs as soon as it exists
};

class connection_threads {
public:
    connection_threads(const server_address& where, std::size_t how_many, watch& watched,
                       const std::shared_ptr<const furthest_event>& known);
    ~connection_threads();
    connection_threads(const connection_threads&) = delete;
    connection_threads& operator=(const connection_threads&) = delete;

    enum class access { read, look, change };  // session's read(), look() and transact()
    // Runs `work` in a transaction. It must own what it uses, and may be run twice: the first time did not count then.
    template <class T>
    boost::asio::awaitable<result<T>> ask(access how, std::function<result<T>(transaction_base&)> work) {
        one_shot<result<T>> receiver(co_await boost::asio::this_coro::executor);
        auto kept = std::make_shared<std::optional<T>>();
        // std::function wants to copy its target; a sender is copyable, and only one copy ever delivers.
        job next = [how, work = std::move(work), kept, answer = receiver.make_sender()](session& on) mutable {
            const session::work in_transaction = [&](transaction_base& in) -> result<void> {
                auto found = work(in);
                if (!found) return found.error();
                *kept = *std::move(found);
                return {};
            };
            const auto once = [&] {
                if (how == access::change) return on.transact(in_transaction);
                return how == access::look ? on.look(in_transaction) : on.read(in_transaction);
            };
            auto bad = once();
            if (bad && bad->what == trouble::kind::again) bad = once();
            if (bad)
                answer.deliver(std::move(bad->why));
            else
                answer.deliver(*std::move(*kept));
        };
        run_soon(std::move(next));
        result<T> found = co_await receiver.receive();
        co_return found;
    }
    boost::asio::awaitable<result<void>> change(session::work work);

    // Any thread, and nobody waits for it.
    using job = std::function<void(session&)>;
    void run_soon(job next);

private:
    void run(session& on);

    watch& watched_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<job> waiting_;
    bool closed_ = false;
    std::vector<std::unique_ptr<session>> sessions_;
    std::vector<std::thread> threads_;
};

}  // namespace slipway::postgres
