#include "adapters/postgres/lease_table.hpp"

#include "adapters/postgres/arrays.hpp"
#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/news_listener.hpp"

#include <utility>

namespace slipway::postgres {

using boost::asio::awaitable;

namespace {

// clock_timestamp() and not now(): the statement may have waited for a lock.
std::string for_seconds(const char* parameter) {
    return std::string("clock_timestamp() + make_interval(secs => ") + parameter + "::integer)";
}

std::string taking(const std::string& epoch, const std::string& lasts_until) {
    return epoch + " + CASE WHEN " + lasts_until + " <= clock_timestamp() THEN 1 ELSE 0 END";
}

const std::string claim_sql =
    "WITH of_stream AS (UPDATE streams SET lease_epoch = " + taking("lease_epoch", "lease_until") +
    ", lease_holder = $2, lease_until = " + for_seconds("$3") +
    " WHERE stream = $1 AND (lease_until <= clock_timestamp() OR lease_holder = $2) RETURNING lease_epoch), "
    "of_other AS (INSERT INTO leases AS l (name, holder, epoch, until) SELECT $1, $2, 1, " + for_seconds("$3") +
    " WHERE NOT EXISTS (SELECT 1 FROM streams WHERE stream = $1) ON CONFLICT (name) DO UPDATE SET epoch = " +
    taking("l.epoch", "l.until") + ", holder = $2, until = " + for_seconds("$3") +
    " WHERE l.until <= clock_timestamp() OR l.holder = $2 RETURNING epoch) "
    "SELECT lease_epoch FROM of_stream UNION ALL SELECT epoch FROM of_other";

const std::string claim_unheld_sql =
    "WITH found AS MATERIALIZED (SELECT stream FROM streams WHERE to_work_on AND "
    "lease_until <= clock_timestamp() AND (kind <> $4 OR state = ANY ($5::text[])) ORDER BY due_at NULLS FIRST, stream "
    "LIMIT $1::bigint "
    "FOR UPDATE SKIP LOCKED) UPDATE streams s SET lease_epoch = lease_epoch + 1, lease_holder = $2, lease_until = " +
    for_seconds("$3") + " FROM found WHERE s.stream = found.stream RETURNING s.stream, s.lease_epoch";

// One that has run out and that nobody has taken since is still its holder's. Rows are locked in one order by all.
const std::string held_sql =
    "WITH held AS MATERIALIZED (SELECT * FROM unnest($1::text[], $3::bigint[]) AS t (name, epoch)), "
    "of_streams AS MATERIALIZED (SELECT s.stream FROM streams s JOIN held h ON h.name = s.stream WHERE "
    "s.lease_holder = $2 AND s.lease_epoch = h.epoch AND s.lease_until > '-infinity' ORDER BY s.stream FOR UPDATE OF s), "
    "others AS MATERIALIZED (SELECT l.name FROM leases l JOIN held h ON h.name = l.name WHERE l.holder = $2 AND "
    "l.epoch = h.epoch AND l.until > '-infinity' ORDER BY l.name FOR UPDATE OF l), ";

std::string setting(const std::string& lasts_until) {
    return held_sql + "a AS (UPDATE streams s SET lease_until = " + lasts_until +
           " FROM of_streams o WHERE s.stream = o.stream RETURNING s.stream AS name, s.version), "
           "b AS (UPDATE leases l SET until = " + lasts_until +
           " FROM others o WHERE l.name = o.name RETURNING l.name) "
           "SELECT name, version FROM a UNION ALL SELECT name, 0 FROM b";
}

const std::string renew_sql = setting(for_seconds("$4"));
const std::string release_sql = setting("'-infinity'");

parameters about(const std::vector<lease>& held, const std::string& holder) {
    array_text names, epochs;
    for (const lease& one : held) {
        names.add(one.name);
        epochs.add(static_cast<std::int64_t>(one.epoch));
    }
    return {std::move(names).take(), holder, std::move(epochs).take()};
}

}  // namespace

awaitable<result<std::optional<lease>>> lease_table::claim(std::string name) {
    std::function<result<std::optional<lease>>(transaction_base&)> work =
        [name, values = parameters{name, holder_, seconds_text()}](transaction_base& in) {
            std::optional<lease> taken;
            for (const auto& row : execute(in, claim_sql, values))
                taken = lease{name, static_cast<std::uint64_t>(number_in(row[0]))};
            return result<std::optional<lease>>(taken);
        };
    return store_.write(std::move(work));
}

awaitable<result<std::vector<lease>>> lease_table::claim_unheld(std::size_t at_most, left_alone others) {
    array_text states;
    for (const std::string& one : others.but_in) states.add(one);
    parameters values{bounded(at_most), holder_, seconds_text(), std::move(others.kind), std::move(states).take()};
    std::function<result<std::vector<lease>>(transaction_base&)> work =
        [values = std::move(values)](transaction_base& in) {
            std::vector<lease> taken;
            for (const auto& row : execute(in, claim_unheld_sql, values))
                taken.push_back({text_in(row[0]), static_cast<std::uint64_t>(number_in(row[1]))});
            return result<std::vector<lease>>(std::move(taken));
        };
    return store_.write(std::move(work));
}

awaitable<result<std::vector<renewed_lease>>> lease_table::renew(std::vector<lease> held) {
    auto values = about(held, holder_);
    values.push_back(seconds_text());
    std::function<result<std::vector<renewed_lease>>(transaction_base&)> work =
        [values = std::move(values)](transaction_base& in) {
            std::vector<renewed_lease> still;
            for (const auto& row : execute(in, renew_sql, values))
                still.push_back({text_in(row[0]), static_cast<std::uint64_t>(number_in(row[1]))});
            return result<std::vector<renewed_lease>>(std::move(still));
        };
    return store_.write(std::move(work));
}

awaitable<result<void>> lease_table::release(std::vector<lease> held) {
    return store_.change([values = about(held, holder_)](transaction_base& in) -> result<void> {
        execute(in, release_sql, values);
        execute(in, "SELECT pg_notify($1, 'r ' || $2)", {news_channel, values[1]});
        return {};
    });
}

}  // namespace slipway::postgres
