// A clock that a test moves by hand, and the loop that belongs to it: no test waits for real time. Sleepers wake in the
// order in which they are due, each at its own time.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/ports/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace slipway::test {

class fake_clock final : public engine_clock {
public:
    timestamp now() const override { return timestamp{1'790'000'000'000} + steady_; }
    std::chrono::milliseconds steady() const override { return steady_; }

    boost::asio::awaitable<void> sleep(std::chrono::milliseconds d) override {
        const auto due = steady_ + d;
        auto bed = std::make_shared<wakeup>();
        const auto place = sleepers_.emplace(due, bed);
        struct leaving {
            std::multimap<std::chrono::milliseconds, std::shared_ptr<wakeup>>& from;
            std::multimap<std::chrono::milliseconds, std::shared_ptr<wakeup>>::iterator place;
            ~leaving() { from.erase(place); }
        } guard{sleepers_, place};
        while (steady_ < due) co_await bed->wait();
    }
    std::unique_ptr<time_limit> set_limit(const boost::asio::any_io_executor&, std::chrono::milliseconds,
                                          std::function<void()>) override {
        throw std::logic_error("only the engine sets limits");
    }

    // Everything that can happen without time passing.
    void settle() {
        loop.restart();
        while (loop.poll() > 0) {
        }
    }

    void advance(std::chrono::milliseconds by) {
        const auto end = steady_ + by;
        settle();
        while (!sleepers_.empty() && sleepers_.begin()->first <= end) {
            steady_ = std::max(steady_, sleepers_.begin()->first);
            sleepers_.begin()->second->notify_all();
            settle();
        }
        steady_ = end;
        settle();
    }

    // Lets the clock run until `done`, at most for `most`.
    template <class Done>
    bool advance_until(Done done, std::chrono::milliseconds most) {
        const auto end = steady_ + most;
        settle();
        while (!done() && !sleepers_.empty() && sleepers_.begin()->first <= end)
            advance(sleepers_.begin()->first - steady_);
        return done();
    }

    std::size_t sleepers() const { return sleepers_.size(); }

private:
    std::chrono::milliseconds steady_{1'000'000};
    std::multimap<std::chrono::milliseconds, std::shared_ptr<wakeup>> sleepers_;

public:
    boost::asio::io_context loop;  // goes first: what still sleeps then gets up from sleepers_
};

// What became of a coroutine that was started on the clock's loop.
template <class T>
struct started {
    std::optional<T> value;
    bool ended = false;
    bool aborted = false;  // ended by an exception
    std::optional<std::chrono::milliseconds> at;
};

template <class T>
std::shared_ptr<started<T>> start(fake_clock& clock, boost::asio::awaitable<T> work) {
    auto out = std::make_shared<started<T>>();
    boost::asio::co_spawn(clock.loop, std::move(work), [out, &clock](std::exception_ptr broken, T value) {
        out->ended = true;
        out->aborted = broken != nullptr;
        if (!broken) out->value.emplace(std::move(value));
        out->at = clock.steady();
    });
    clock.settle();
    return out;
}

}  // namespace slipway::test
