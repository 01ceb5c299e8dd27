// Keeps an engine's leases: takes them, renews them after a third of their duration, looks for streams that nobody works
// on, and says when one is over. That is decided by a deadline of this process's own steady clock, counted from before
// the store was asked: it passes before the store would let anybody else in, also where the store cannot be reached and
// where the process was stopped for a while.
//
// Where the store has one writer there are no leases: everything is held, always, under epoch 0.
//
// Owned by the engine, on its thread. Its listener is told what changed and must not block.
#pragma once

#include "engine/ports/clock.hpp"
#include "engine/ports/leases.hpp"
#include "engine/ports/news.hpp"
#include "engine/async/wakeup.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway {

class lease_listener {
public:
    virtual ~lease_listener() = default;
    virtual void lease_found(const std::string& name) = 0;  // a stream that nobody worked on: it is ours now
    virtual void lease_lost(const std::string& name) = 0;
    // Somebody else has stored something in a stream of ours, a command; its version is this now.
    virtual void lease_written(const std::string& name, std::uint64_t version) = 0;
    virtual void log_grew() = 0;  // or may have, by somebody else
    virtual void store_answers(const std::string& trouble) = 0;  // empty: it does
};

class lease_keeper {
public:
    // `others`: what is not looked for. `news` may be null.
    lease_keeper(leases* store, news_source* news, engine_clock& clock, left_alone others, lease_listener& listener);

    bool needed() const { return store_ != nullptr; }
    bool holds(const std::string& name) const;
    std::uint64_t epoch(const std::string& name) const;  // 0 where it is not held

    // What an earlier holder sent may arrive for so long after its lease was taken over: a store's clock that jumped
    // lets others in before the deadline of a holder that cannot know.
    std::chrono::milliseconds duration() const;

    // False where somebody else has it, or the store does not answer. Waits while it is being released.
    boost::asio::awaitable<bool> claim(std::string name);
    // Not held any more from the call on; the store hears of it when what is returned is awaited or spawned, which it must be.
    boost::asio::awaitable<void> release(const std::string& name);
    void forget(const std::string& name);  // without asking the store: it runs out there

    // Streams that nobody works on, taken for this engine: all of them, a part at a time, so that others find some, too.
    boost::asio::awaitable<result<std::vector<std::string>>> claim_unheld();

    // All until stop(); to be run beside each other.
    boost::asio::awaitable<void> renew_in_time();
    boost::asio::awaitable<void> watch_deadlines();
    boost::asio::awaitable<void> listen();
    void stop();
    boost::asio::awaitable<void> release_all();

    boost::asio::awaitable<void> rest(std::chrono::milliseconds d);  // or until stop()

private:
    struct held {
        std::uint64_t epoch = 0;
        std::chrono::milliseconds until{0};
    };

    void keep(const lease& taken, std::chrono::milliseconds asked);
    std::chrono::milliseconds usable() const;  // of a lease's duration
    std::vector<lease> all() const;
    boost::asio::awaitable<void> give_back(std::vector<lease> released);
    boost::asio::awaitable<void> renew();
    boost::asio::awaitable<void> find_more();

    leases* store_;
    news_source* news_;
    engine_clock& clock_;
    const left_alone others_;
    lease_listener& listener_;
    std::map<std::string, held> held_;
    std::set<std::string> releasing_;
    wakeup released_;
    bool stopping_ = false;
    wakeup stopped_;
};

}  // namespace slipway
