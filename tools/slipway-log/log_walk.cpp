#include "tools/slipway-log/log_walk.hpp"

#include <algorithm>

namespace slipway::inspection {

std::string unreadable::sentence() const {
    return "the records from seq " + std::to_string(from) + " to " + std::to_string(to) + " cannot be read: " + why;
}

std::vector<event_record> log_walk::next() {
    lost_.reset();
    auto records = log_.read_all(seq_, page_);
    while (!records && page_ > 1) {
        page_ = 1;  // closer to the damaged place, record by record
        records = log_.read_all(seq_, page_);
    }
    if (!records) return behind_damage(records.error().message);
    page_ = std::min(page_ * 10, largest_page);
    if (!records->empty()) seq_ = records->back().seq;
    return *std::move(records);
}

// One record further than a place that cannot be read; where there is none, the end of the log.
std::vector<event_record> log_walk::behind_damage(const std::string& why) {
    const auto end_of_log = log_.last_seq();
    const std::uint64_t last = end_of_log ? *end_of_log : seq_;
    std::uint64_t after = seq_ + 1;
    auto records = log_.read_all(after, 1);
    while (!records && after < last) records = log_.read_all(++after, 1);
    const bool found = records && !records->empty();
    lost_ = unreadable{seq_ + 1, found ? records->front().seq - 1 : std::max(after, seq_ + 1), why};
    seq_ = found ? records->front().seq : lost_->to;
    return found ? *std::move(records) : std::vector<event_record>{};
}

}  // namespace slipway::inspection
