// Spends one project's request budget: 3,600 an hour by default, that is a bucket which refills by one a second. What
// is known of the bucket comes from every answer (its RateLimit-* headers); between answers it is reckoned. Others may
// spend from the same bucket: several daemons of one token share it by nothing but these headers, up to ten of them without
// ever meeting a 429.
//
// A tenth of the bucket is kept for deletes. Once only that is left, other requests go at the pace at which the bucket
// refills, first come first served, and at half that pace or less where something has eaten into the reserve, so that it
// recovers and yet nobody starves. The shared poll yields to everything else, but for ten seconds only: who ends a server
// wants to know that it is gone. After a 429 everybody pauses.
//
// One per project, one loop, one thread. All times through the clock.
#pragma once

#include "engine/ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <optional>

namespace slipway {

enum class urgency { removal, ordinary, poll };  // in order of who goes first

// What an answer says of the bucket; empty where it says nothing that makes sense.
struct budget_report {
    std::optional<double> limit;  // requests an hour
    std::optional<double> remaining;
    std::optional<std::chrono::milliseconds> pause;  // 429: the bucket is empty, and nobody asks for so long
};

class governor {
public:
    explicit governor(engine_clock& clock);
    governor(const governor&) = delete;
    governor& operator=(const governor&) = delete;

    // Returns when the request may be sent; what it costs is taken from the bucket. Throws operation_aborted when the
    // coroutine is cancelled.
    boost::asio::awaitable<void> admit(urgency kind);

    // After every answer to an admitted request; and where there was none.
    void answered(const budget_report& report);
    void unanswered();

    // Less than half of the bucket is left: whatever can be done less often should be.
    bool scarce() const;

    double left() const;  // what the bucket is reckoned to hold now
    double limit() const { return limit_; }
    std::size_t waiting() const;

private:
    struct turn {
        std::chrono::milliseconds since;
    };

    std::chrono::milliseconds refill() const;  // in which one request's worth comes back
    std::chrono::milliseconds pace(double reserve) const;
    void bring_up_to_now();
    std::chrono::milliseconds wait_for(urgency kind, std::size_t ahead);
    std::size_t ahead_of(urgency kind, std::list<turn>::const_iterator place) const;
    std::size_t overdue_polls() const;

    engine_clock& clock_;
    double limit_ = 3600;
    double left_ = 3600;
    std::chrono::milliseconds as_of_{0};         // left_ is what was left then
    std::chrono::milliseconds paused_until_{0};
    std::chrono::milliseconds paced_until_{0};  // when the next request may go that would dip into the reserve
    std::size_t unanswered_ = 0;                // sent; their cost is not in the headers that come back meanwhile
    std::array<std::list<turn>, 3> queues_;
};

}  // namespace slipway
