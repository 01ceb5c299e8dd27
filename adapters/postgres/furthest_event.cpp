#include "adapters/postgres/furthest_event.hpp"

#include "adapters/postgres/event_rows.hpp"

namespace slipway::postgres {

void furthest_event::saw(const std::vector<event_record>& stored) {
    const std::lock_guard lock(mutex_);
    for (const event_record& one : stored) {
        if (one.seq <= seq_) continue;
        seq_ = one.seq;
        event_id_ = one.event_id;
    }
}

std::optional<error> furthest_event::missing_in(pqxx::transaction_base& in, const std::string& place) const {
    std::uint64_t seq = 0;
    std::string event_id;
    {
        const std::lock_guard lock(mutex_);
        seq = seq_;
        event_id = event_id_;
    }
    if (seq == 0) return {};
    const auto rows = execute(in, "SELECT event_id FROM events WHERE seq = $1::bigint", {bounded(seq)});
    // Another event may have been given the number since.
    if (!rows.empty() && text_in(rows.front()[0]) == event_id) return {};
    return make_error(error_kind::storage,
                      place + " has lost events: number " + std::to_string(seq) +
                          " was stored there and is gone. A standby that had not received everything has taken over, or a "
                          "backup was restored. Nothing is done with it. Bring back the server that has the event; where "
                          "there is none, stop every slipwayd, start one, and let `slipway audit` say what Hetzner has and "
                          "the log has not.");
}

}  // namespace slipway::postgres
