// Hetzner's rate limit: a bucket of requests that refills evenly over an hour, as RateLimit-* tells of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace slipway::simulated {

class request_bucket {
public:
    explicit request_bucket(double per_hour = 3600) : limit_(per_hour), left_(per_hour) {}

    bool take(std::int64_t now_ms) {
        left_ = std::min(limit_, left_ + static_cast<double>(now_ms - as_of_) * limit_ / 3'600'000.0);
        as_of_ = now_ms;
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }
    std::chrono::milliseconds refill() const { return std::chrono::milliseconds{static_cast<int>(3'600'000 / limit_)}; }
    int limit() const { return static_cast<int>(limit_); }
    int left() const { return static_cast<int>(left_); }  // when a request came last

private:
    double limit_, left_;
    std::int64_t as_of_ = 0;
};

}  // namespace slipway::simulated
