// The request budget of one project: a bucket of `limit` requests that refills evenly over an hour, as Hetzner's API
// description has it. Time is passed in, in milliseconds since the epoch.
#pragma once

#include "tools/hetzner-sim/message.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace slipway::sim {

class rate_limit {
public:
    explicit rate_limit(int per_hour) : limit_(per_hour), level_(per_hour) {}

    // Takes one request out of the bucket; false where it is empty.
    bool take(std::int64_t now_ms) {
        refill(now_ms);
        if (level_ < 1) return false;
        level_ -= 1;
        return true;
    }

    // RateLimit-Reset is the second at which the bucket is full again: not when the next request is allowed.
    void describe(reply& r, std::int64_t now_ms) const {
        const double missing = limit_ - level_;
        r.headers.emplace_back("RateLimit-Limit", std::to_string(limit_));
        r.headers.emplace_back("RateLimit-Remaining", std::to_string(static_cast<int>(level_)));
        r.headers.emplace_back("RateLimit-Reset",
                               std::to_string(now_ms / 1000 + static_cast<std::int64_t>(missing * 3600 / limit_)));
    }

    int limit() const { return limit_; }

private:
    void refill(std::int64_t now_ms) {
        if (last_ms_ != 0)
            level_ = std::min<double>(limit_, level_ + static_cast<double>(now_ms - last_ms_) * limit_ / 3'600'000.0);
        last_ms_ = now_ms;
    }

    int limit_;
    double level_;
    std::int64_t last_ms_ = 0;
};

}  // namespace slipway::sim
