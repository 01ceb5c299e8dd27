#include "adapters/discord/rate_limits.hpp"

#include "adapters/discord/rest_error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace slipway::discord {

using std::chrono::milliseconds;

namespace {

// 50 a second are allowed to a bot; what leaves here evenly may arrive there in a bunch.
constexpr std::size_t requests_in_a_second = 45;
constexpr milliseconds one_second{1'000};

// 10,000 refusals in ten minutes have an address locked out. Who gets a twentieth of them does something wrong.
constexpr std::size_t most_refusals = 500;
constexpr milliseconds refusals_count_for{600'000};

// So many interactions' buckets may lie about before those that nothing happens in are looked for.
constexpr std::size_t many = 256;

std::optional<double> number_in(const net::http_headers& headers, std::string_view name) {
    const auto text = net::find_header(headers, name);
    double value = 0;
    if (!text) return {};
    const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (wrong != std::errc() || end != text->data() + text->size()) return {};
    if (!std::isfinite(value) || value < 0 || value > 1e8) return {};
    return value;
}

void drop_before(std::deque<milliseconds>& times, milliseconds when) {
    while (!times.empty() && times.front() <= when) times.pop_front();
}

}  // namespace

rate_limits::turn::turn(rate_limits& in, std::string route, std::string major, bool as_bot)
    : in_(in), route_(std::move(route)), major_(std::move(major)), as_bot_(as_bot) {}

rate_limits::turn::~turn() {
    in_.leave(*this);
}

std::string rate_limits::bucket_of(const turn& who) const {
    const auto known = hashes_.find(who.route_);
    return (known == hashes_.end() ? who.route_ : known->second) + "|" + who.major_;
}

std::unique_ptr<rate_limits::turn> rate_limits::enter(const rest_request& what, milliseconds now) {
    forget_idle(now);
    std::unique_ptr<turn> out(new turn(*this, what.method + " " + what.route, what.major, what.as_bot));
    lanes_[lane_of(*out)].waiting.push_back(out.get());
    return out;
}

rate_limits::pause rate_limits::admit(turn& who, milliseconds now) {
    if (const pause out = locked_out(now); out.why != reason::none) return out;

    lane& own = lanes_[lane_of(who)];
    if (own.waiting.empty() || own.waiting.front() != &who) return {reason::turn, {}};

    const std::string name = bucket_of(who);
    bucket& counted = buckets_[name];
    if (counted.blocked_until > now) return {reason::bucket, counted.blocked_until - now};
    if (!counted.limit) {
        // Nobody has told how many there may be: one, whose answer tells.
        if (counted.in_flight > 0) return {reason::turn, {}};
    } else {
        // What is on its way may arrive after the reset.
        if (counted.resets_at <= now) counted.remaining = std::max(1, *counted.limit) - counted.in_flight;
        if (counted.remaining <= 0) {
            if (counted.resets_at <= now) return {reason::turn, {}};
            return {reason::bucket, counted.resets_at - now};
        }
    }
    if (who.as_bot_) {
        if (everything_blocked_until_ > now) return {reason::everything, everything_blocked_until_ - now};
        drop_before(recent_, now - one_second);
        if (recent_.size() >= requests_in_a_second)
            return {reason::everything, recent_.front() + one_second - now + milliseconds{1}};
        recent_.push_back(now);
    }
    --counted.remaining;
    ++counted.in_flight;
    ++own.in_flight;
    own.waiting.pop_front();
    who.bucket_ = name;
    who.sent_ = true;
    return {};
}

void rate_limits::answered(turn& who, const net::http_response& answer, bool refusal_counts, milliseconds now) {
    if (!std::exchange(who.sent_, false)) return;
    if (const auto before = buckets_.find(who.bucket_); before != buckets_.end()) --before->second.in_flight;
    --lanes_[lane_of(who)].in_flight;

    if (const auto hash = net::find_header(answer.headers, "X-RateLimit-Bucket"); hash && !hash->empty())
        hashes_[who.route_] = std::string(*hash);
    const std::string name = bucket_of(who);
    bucket& counted = buckets_[name];
    const auto limit = number_in(answer.headers, "X-RateLimit-Limit");
    const auto remaining = number_in(answer.headers, "X-RateLimit-Remaining");
    const auto after = number_in(answer.headers, "X-RateLimit-Reset-After");
    if (limit && remaining && after) {
        counted.limit = static_cast<int>(*limit);
        // Answers overtake each other: what is still on its way may not be in this one's number.
        counted.remaining = static_cast<int>(*remaining) - counted.in_flight;
        counted.resets_at = now + milliseconds{static_cast<milliseconds::rep>(std::ceil(*after * 1'000))};
    }
    if (answer.status == 429) {
        const rest_pause asked = read_pause(answer);
        if (!asked.banned) {
            counted.blocked_until = std::max(counted.blocked_until, now + asked.wait);
            if (asked.everything) everything_blocked_until_ = std::max(everything_blocked_until_, now + asked.wait);
        }
    }
    count_refusal(answer, refusal_counts, now);
}

void rate_limits::again(turn& who) {
    leave(who);
    lanes_[lane_of(who)].waiting.push_front(&who);
}

void rate_limits::leave(turn& who) {
    const auto own = lanes_.find(lane_of(who));
    if (own == lanes_.end()) return;
    own->second.waiting.remove(&who);
    if (!std::exchange(who.sent_, false)) return;
    --own->second.in_flight;
    if (const auto counted = buckets_.find(who.bucket_); counted != buckets_.end()) --counted->second.in_flight;
}

rate_limits::pause rate_limits::locked_out(milliseconds now) {
    if (banned_until_ > now) return {reason::banned, banned_until_ - now};
    drop_before(refusals_, now - refusals_count_for);
    if (refusals_.size() >= most_refusals)
        return {reason::refusals, refusals_.front() + refusals_count_for - now + milliseconds{1}};
    return {};
}

void rate_limits::answered_outside(const net::http_response& answer, bool refusal_counts, milliseconds now) {
    count_refusal(answer, refusal_counts, now);
}

void rate_limits::count_refusal(const net::http_response& answer, bool counts, milliseconds now) {
    bool refused = answer.status == 401 || answer.status == 403;
    if (answer.status == 429) {
        const rest_pause asked = read_pause(answer);
        if (asked.banned) banned_until_ = std::max(banned_until_, now + asked.wait);
        refused = !asked.shared;
    }
    if (refused && counts) refusals_.push_back(now);
}

void rate_limits::forget_idle(milliseconds now) {
    if (lanes_.size() + buckets_.size() < many) return;
    std::erase_if(lanes_,
                  [](const auto& entry) { return entry.second.waiting.empty() && entry.second.in_flight == 0; });
    std::erase_if(buckets_, [now](const auto& entry) {
        const bucket& one = entry.second;
        return one.in_flight == 0 && one.resets_at <= now && one.blocked_until <= now;
    });
}

}  // namespace slipway::discord
