#include "tools/slipway-log/log_walk.hpp"

#include <algorithm>
#include <optional>

namespace slipway::inspection {

std::string unreadable::sentence() const {
    return "the records from seq " + std::to_string(from) + " to " + std::to_string(to) + " cannot be read: " + why;
}

void log_walk::on(const log_reader::taker& take, const loser& lost) {
    bool wanted = true;
    const auto each = [&](event_record& record) {
        seq_ = record.seq;
        return wanted = take(record);
    };
    for (;;) {
        const auto read = log_.visit(seq_, each);
        if (read || !wanted || !behind_damage(read.error().message, lost)) return;
    }
}

// To the next record that can be read behind a place that cannot. False where there is none: the end of the log.
bool log_walk::behind_damage(const std::string& why, const loser& lost) {
    const auto end_of_log = log_.last_seq();
    const std::uint64_t last = end_of_log ? *end_of_log : seq_;
    std::uint64_t after = seq_ + 1;
    std::optional<std::uint64_t> found;
    const auto look = [&] {
        const auto read = log_.visit(after, [&](event_record& record) {
            found = record.seq;
            return false;
        });
        return read.has_value();
    };
    while (!look() && after < last) ++after;
    const std::uint64_t to = found ? *found - 1 : std::max(after, seq_ + 1);
    lost({seq_ + 1, to, why});
    seq_ = to;
    return found.has_value();
}

}  // namespace slipway::inspection
