#include "adapters/postgres/settled_feed.hpp"

#include "adapters/postgres/event_rows.hpp"

#include <algorithm>
#include <string>

namespace slipway::postgres {

namespace {

std::uint64_t number_of(pqxx::transaction_base& in, const char* sql) {
    return static_cast<std::uint64_t>(number_in(execute(in, sql, {}).front()[0]));
}

}  // namespace

feed_page settled_feed::read(pqxx::transaction_base& in, std::uint64_t after_seq, std::size_t limit) {
    feed_page page;
    std::vector<event_record>& records = page.records;
    records = read_records(execute(
        in, std::string("SELECT ") + record_columns + " FROM events WHERE seq > $1::bigint ORDER BY seq LIMIT $2::bigint",
        {bounded(after_seq), bounded(limit)}));
    std::uint64_t expected = after_seq + 1;
    std::size_t whole = 0;
    const auto go_on = [&](std::uint64_t settled) {
        while (whole < records.size() && (records[whole].seq <= settled || records[whole].seq == expected))
            expected = records[whole++].seq + 1;
    };
    go_on(0);
    if (whole == records.size()) return page;

    go_on(settled_up_to(number_of(in, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text")));
    page.is_cut = whole < records.size();
    if (page.is_cut) {
        const std::uint64_t last = number_of(in, "SELECT max(seq) FROM events");
        ask(last, number_of(in, "SELECT pg_current_xact_id()::text"));
    }
    records.resize(whole);
    return page;
}

// By a snapshot in which everything older than `oldest_running` is over.
std::uint64_t settled_feed::settled_up_to(std::uint64_t oldest_running) {
    const std::lock_guard lock(mutex_);
    if (asked_ > 0 && oldest_running >= barrier_) {
        settled_ = std::max(settled_, asked_);
        asked_ = 0;
    }
    return settled_;
}

// What was seen up to a number, before `barrier` was given out. The first question stands until it is answered.
void settled_feed::ask(std::uint64_t up_to, std::uint64_t barrier) {
    const std::lock_guard lock(mutex_);
    if (asked_ > 0) return;
    asked_ = up_to;
    barrier_ = barrier;
}

}  // namespace slipway::postgres
