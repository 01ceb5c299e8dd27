// Durations, counted by how long they were: what Prometheus calls a histogram. A value; pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway {

class histogram {
public:
    using seconds = std::chrono::duration<double>;

    // Upper bounds in seconds, rising; they outlive it.
    explicit histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

    void add(seconds took) {
        std::size_t at = 0;
        while (at < bounds_.size() && took.count() > bounds_[at]) ++at;
        ++counts_[at];
        sum_ += took.count();
    }
    // Of the same bounds.
    void add(const histogram& other) {
        for (std::size_t at = 0; at < counts_.size(); ++at) counts_[at] += other.counts_.at(at);
        sum_ += other.sum_;
    }

    std::span<const double> bounds() const { return bounds_; }
    // How many were at most bounds()[i], and more than the bound before it; the last: more than all of them.
    const std::vector<std::uint64_t>& counts() const { return counts_; }
    double sum() const { return sum_; }

private:
    std::span<const double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

// For what people wait for, and for what they never notice.
inline constexpr std::array<double, 12> waits{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900};
inline constexpr std::array<double, 12> instants{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};

}  // namespace slipway
