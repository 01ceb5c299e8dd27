// How long something took, many times over. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace slipway::inspection {

class durations {
public:
    void add(std::chrono::milliseconds took) {
        all_.push_back(took);
        sorted_ = false;
    }
    std::size_t count() const { return all_.size(); }
    bool empty() const { return all_.empty(); }

    // The smallest that at least this part (0 … 1) of all did not exceed; of one that really occurred. Not if empty.
    std::chrono::milliseconds percentile(double part) const {
        if (!sorted_) std::sort(all_.begin(), all_.end());
        sorted_ = true;
        const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(all_.size())));
        return all_[rank == 0 ? 0 : rank - 1];
    }

private:
    mutable std::vector<std::chrono::milliseconds> all_;
    mutable bool sorted_ = false;
};

}  // namespace slipway::inspection
