// When the next request may be sent, as far as Discord has told: a pure account, whose callers bring the time (by
// engine_clock::steady()) and wait by themselves.
//
// Requests of one route and one major parameter go in the order in which they came. Which of them share a limit is what
// the answers say (X-RateLimit-Bucket); before the first one, a route has a limit of its own and one request at a time
// asks for it. Beside that there are the limit of the whole bot, which answers to interactions are not part of, the
// number of refusals in ten minutes after which Discord locks an address out, and the lock itself.
//
// Owned by rest; one thread.
#pragma once

#include "adapters/discord/rest_request.hpp"
#include "adapters/net/http_message.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace slipway::discord {

class rate_limits {
public:
    // A request's place, from when it begins to wait until it is done with. Must not outlive the account.
    class turn {
    public:
        ~turn();
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

    private:
        friend rate_limits;
        turn(rate_limits& in, std::string route, std::string major, bool as_bot);
        rate_limits& in_;
        std::string route_;
        std::string major_;
        bool as_bot_;
        std::string bucket_;  // that it was counted in when it was sent
        bool sent_ = false;
    };

    enum class reason { none, turn, bucket, everything, refusals, banned };

    struct pause {
        reason why = reason::none;          // none: it is counted as sent now
        std::chrono::milliseconds wait{0};  // turn: until an answer comes, which nobody knows
    };

    std::unique_ptr<turn> enter(const rest_request& what, std::chrono::milliseconds now);

    // Whether it may be sent now, and else what it waits for. To be asked again then, or when another one has ended.
    pause admit(turn& who, std::chrono::milliseconds now);

    // It was sent, and this came back.
    void answered(turn& who, const net::http_response& answer, bool refusal_counts, std::chrono::milliseconds now);

    // It is to be sent once more, whatever came of it: before all others of its lane.
    void again(turn& who);

    // For what goes outside all buckets: whether it must not be sent at all, and what came back.
    pause locked_out(std::chrono::milliseconds now);
    void answered_outside(const net::http_response& answer, bool refusal_counts, std::chrono::milliseconds now);

private:
    struct lane {
        std::list<turn*> waiting;
        int in_flight = 0;
    };
    struct bucket {
        std::optional<int> limit;  // none: no answer has told yet
        int remaining = 0;
        int in_flight = 0;
        std::chrono::milliseconds resets_at{0};
        std::chrono::milliseconds blocked_until{0};
    };

    std::string lane_of(const turn& who) const { return who.route_ + "|" + who.major_; }
    std::string bucket_of(const turn& who) const;
    void leave(turn& who);
    void count_refusal(const net::http_response& answer, bool counts, std::chrono::milliseconds now);
    void forget_idle(std::chrono::milliseconds now);

    std::map<std::string, std::string> hashes_;  // of the buckets, by route
    std::map<std::string, lane> lanes_;
    std::map<std::string, bucket> buckets_;
    std::deque<std::chrono::milliseconds> recent_;    // requests as the bot, of the last second
    std::deque<std::chrono::milliseconds> refusals_;  // of the last ten minutes
    std::chrono::milliseconds everything_blocked_until_{0};
    std::chrono::milliseconds banned_until_{0};
};

}  // namespace slipway::discord
