#include "adapters/postgres/settled_feed.hpp"

#include "adapters/postgres/event_rows.hpp"

#include <algorithm>
#include <string>

namespace slipway::postgres {

std::vector<event_record> settled_feed::read(pqxx::transaction_base& in, std::uint64_t after_seq, std::size_t limit) {
    auto records = read_records(execute(
        in, std::string("SELECT ") + record_columns + " FROM events WHERE seq > $1::bigint ORDER BY seq LIMIT $2::bigint",
        {bounded(after_seq), bounded(limit)}));
    std::uint64_t expected = after_seq + 1;
    std::size_t whole = 0;
    while (whole < records.size() && records[whole].seq == expected) ++whole, ++expected;
    if (whole == records.size()) return records;

    const auto row = execute(in,
                             "SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text, (SELECT max(seq) FROM events) "
                             "FROM pg_current_snapshot() s",
                             {})
                         .front();
    const auto number = [&](int column) { return static_cast<std::uint64_t>(number_in(row[column])); };
    const std::uint64_t settled = settled_up_to(number(0), number(1), number(2));
    while (whole < records.size() && (records[whole].seq <= settled || records[whole].seq == expected))
        expected = records[whole++].seq + 1;
    records.resize(whole);
    return records;
}

// With the three numbers from one snapshot.
std::uint64_t settled_feed::settled_up_to(std::uint64_t oldest_running, std::uint64_t next_to_come,
                                          std::uint64_t last_seq) {
    const std::lock_guard lock(mutex_);
    if (oldest_running >= next_to_come) {  // nobody is writing
        settled_ = std::max(settled_, last_seq);
        return settled_;
    }
    if (oldest_running >= barrier_) {
        settled_ = std::max(settled_, asked_);
        asked_ = last_seq;
        barrier_ = next_to_come;
    }
    return settled_;
}

}  // namespace slipway::postgres
