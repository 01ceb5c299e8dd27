// What one process at a time shall do, where several share a store: the daily audit, the sending of messages. Each has a
// name; the process that holds the lease on it (engine/ports/leases.hpp) does the work. It is claimed, renewed after a
// third of its duration, and over by a deadline of this process's own steady clock, counted from before the store was asked:
// before the store would let anybody else in, also where the store cannot be reached.
//
// Nothing is fenced by it: where the store's clock jumps two may be at it for a while, so what is done under a name must
// bear being done twice. Where the store has one writer there are no leases: that process holds every name, at once.
//
// Owned by whoever does the work, and gone only when none of its coroutines runs any more; the store and the clock outlive
// it. One loop, one thread. A store that does not answer is asked again.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/leases.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace slipway {

class named_lease {
public:
    // `store` may be null: there are no leases. `name` is no stream's id.
    named_lease(leases* store, engine_clock& clock, std::string name);
    named_lease(const named_lease&) = delete;
    named_lease& operator=(const named_lease&) = delete;

    bool held() const;

    // Claims the name and keeps it, and claims it again when it was lost. Until it is cancelled; one coroutine.
    boost::asio::awaitable<void> keep();

    // Begins `work` when the name is held, cancels it when that is over, and begins it anew when it is held again; until
    // the work has come to its end, or this is cancelled. Any number of coroutines; what the work throws comes out here.
    using work = std::function<boost::asio::awaitable<void>()>;
    boost::asio::awaitable<void> while_held(work what);

    // When keep() has ended: somebody else need not wait until the lease runs out.
    boost::asio::awaitable<void> release();

private:
    boost::asio::awaitable<void> claim();
    boost::asio::awaitable<void> renew_until_lost();
    boost::asio::awaitable<void> deadline();
    boost::asio::awaitable<void> loss();
    void keep_for_as_long_again(const lease& taken, std::chrono::milliseconds asked);

    leases* store_;
    engine_clock& clock_;
    std::string name_;
    std::optional<lease> lease_;
    std::chrono::milliseconds until_{0};
    wakeup changed_;
};

}  // namespace slipway
