#include "tools/slipway-log/log_walk.hpp"

#include <algorithm>

namespace slipway::inspection {

namespace {

// Records behind `after`, each behind the one before it: on a damaged page others may stand, and whoever went on from
// them would go round in circles.
result<std::vector<event_record>> read_in_order(sqlite::reader& log, std::uint64_t after, std::size_t limit) {
    auto records = log.read_all(after, limit);
    if (!records) return records;
    std::uint64_t before = after;
    for (std::size_t i = 0; i < records->size(); before = (*records)[i++].seq) {
        if ((*records)[i].seq > before) continue;
        if (i == 0) return make_error(error_kind::corrupt, "what stands there is out of order");
        records->resize(i);
        break;
    }
    return records;
}

}  // namespace

std::string unreadable::sentence() const {
    return "the records from seq " + std::to_string(from) + " to " + std::to_string(to) + " cannot be read: " + why;
}

std::vector<event_record> log_walk::next() {
    lost_.reset();
    auto records = read_in_order(log_, seq_, page_);
    while (!records && page_ > 1) {
        page_ = 1;  // closer to the damaged place, record by record
        records = read_in_order(log_, seq_, page_);
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
    auto records = read_in_order(log_, after, 1);
    while (!records && after < last) records = read_in_order(log_, ++after, 1);
    const bool found = records && !records->empty();
    lost_ = unreadable{seq_ + 1, found ? records->front().seq - 1 : std::max(after, seq_ + 1), why};
    seq_ = found ? records->front().seq : lost_->to;
    return found ? *std::move(records) : std::vector<event_record>{};
}

}  // namespace slipway::inspection
