#include "adapters/postgres/lease_table.hpp"

#include "adapters/postgres/arrays.hpp"
#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/news_listener.hpp"

#include <map>
#include <set>
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

// Rows are locked in one order by all who lock several.
const std::string claim_sql =
    "WITH asked AS MATERIALIZED (SELECT name FROM unnest($1::text[]) AS t (name)), "
    "free AS MATERIALIZED (SELECT s.stream FROM streams s JOIN asked ON asked.name = s.stream WHERE "
    "s.lease_until <= clock_timestamp() OR s.lease_holder = $2 ORDER BY s.stream FOR UPDATE OF s), "
    "of_streams AS (UPDATE streams s SET lease_epoch = " + taking("s.lease_epoch", "s.lease_until") +
    ", lease_holder = $2, lease_until = " + for_seconds("$3") +
    " FROM free WHERE s.stream = free.stream RETURNING s.stream AS name, s.lease_epoch AS epoch), "
    "of_others AS (INSERT INTO leases AS l (name, holder, epoch, until) SELECT name, $2, 1, " + for_seconds("$3") +
    " FROM asked WHERE NOT EXISTS (SELECT 1 FROM streams s WHERE s.stream = asked.name) ORDER BY name "
    "ON CONFLICT (name) DO UPDATE SET epoch = " + taking("l.epoch", "l.until") + ", holder = $2, until = " +
    for_seconds("$3") + " WHERE l.until <= clock_timestamp() OR l.holder = $2 RETURNING name, epoch) "
    "SELECT name, epoch FROM of_streams UNION ALL SELECT name, epoch FROM of_others";

const std::string claim_unheld_sql =
    "WITH found AS MATERIALIZED (SELECT stream FROM streams WHERE to_work_on AND "
    "lease_until <= clock_timestamp() AND (kind <> $4 OR state = ANY ($5::text[])) ORDER BY due_at NULLS FIRST, stream "
    "LIMIT $1::bigint "
    "FOR UPDATE SKIP LOCKED) UPDATE streams s SET lease_epoch = lease_epoch + 1, lease_holder = $2, lease_until = " +
    for_seconds("$3") + " FROM found WHERE s.stream = found.stream RETURNING s.stream, s.lease_epoch";

// One that has run out and that nobody has taken since is still its holder's.
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
           " FROM others o WHERE l.name = o.name RETURNING l.name) ";
}

const std::string renew_sql = setting(for_seconds("$4")) + "SELECT name, version FROM a UNION ALL SELECT name, 0 FROM b";
// What a power cut takes away of it runs out by itself: its commit need not wait for the disk.
const std::string release_sql =
    setting("'-infinity'") + "SELECT set_config('synchronous_commit', 'off', true), pg_notify($4, 'r ' || $2)";

parameters about(const std::vector<lease>& held, const std::string& holder) {
    array_text names, epochs;
    for (const lease& one : held) {
        names.add(one.name);
        epochs.add(static_cast<std::int64_t>(one.epoch));
    }
    return {std::move(names).take(), holder, std::move(epochs).take()};
}

// As a transaction of its own, in one trip. Once more where two stood in each other's way, and where the answer was lost, as
// the connection may be old: what was taken or released already stays so.
template <class Row>
std::optional<trouble> directly(session& on, const std::string& sql, const parameters& values, const Row& row) {
    const session::work work = [&](transaction_base& in) -> result<void> {
        for (const auto& one : execute(in, sql, values)) row(one);
        return {};
    };
    auto bad = on.directly(work);
    if (bad && (bad->what == trouble::kind::again || bad->what == trouble::kind::unknown)) bad = on.directly(work);
    return bad;
}

std::vector<result<std::optional<lease>>> claim_all(session& on, const std::vector<std::string>& names,
                                                    const std::string& holder, const std::string& seconds) {
    array_text list;
    for (const std::string& name : std::set<std::string>(names.begin(), names.end())) list.add(name);
    std::map<std::string, std::uint64_t> taken;
    const auto bad = directly(on, claim_sql, {std::move(list).take(), holder, seconds}, [&](const pqxx::row& row) {
        taken[text_in(row[0])] = static_cast<std::uint64_t>(number_in(row[1]));
    });
    std::vector<result<std::optional<lease>>> answers;
    for (const std::string& name : names) {
        std::optional<lease> ours;
        if (const auto it = taken.find(name); it != taken.end()) ours = lease{name, it->second};
        answers.push_back(bad ? result<std::optional<lease>>(bad->why) : result<std::optional<lease>>(std::move(ours)));
    }
    return answers;
}

}  // namespace

lease_table::lease_table(event_store& in, std::chrono::seconds duration)
    : store_(in),
      duration_(duration),
      holder_(in.process()),
      seconds_(std::to_string(duration.count())),
      claims_(in, [holder = holder_, seconds = seconds_](session& on, const std::vector<std::string>& names) {
          return claim_all(on, names, holder, seconds);
      }),
      releases_(in, [holder = holder_](session& on, const std::vector<std::vector<lease>>& all) {
          std::vector<lease> held;
          for (const auto& some : all) held.insert(held.end(), some.begin(), some.end());
          parameters values = about(held, holder);
          values.push_back(news_channel);
          const auto bad = directly(on, release_sql, values, [](const pqxx::row&) {});
          return std::vector<result<void>>(all.size(), bad ? result<void>(bad->why) : result<void>());
      }) {}

awaitable<result<std::optional<lease>>> lease_table::claim(std::string name) { return claims_.ask(std::move(name)); }

awaitable<result<std::vector<lease>>> lease_table::claim_unheld(std::size_t at_most, left_alone others) {
    array_text states;
    for (const std::string& one : others.but_in) states.add(one);
    parameters values{bounded(at_most), holder_, seconds_, std::move(others.kind), std::move(states).take()};
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
    values.push_back(seconds_);
    std::function<result<std::vector<renewed_lease>>(transaction_base&)> work =
        [values = std::move(values)](transaction_base& in) {
            std::vector<renewed_lease> still;
            for (const auto& row : execute(in, renew_sql, values))
                still.push_back({text_in(row[0]), static_cast<std::uint64_t>(number_in(row[1]))});
            return result<std::vector<renewed_lease>>(std::move(still));
        };
    return store_.write(std::move(work));
}

awaitable<result<void>> lease_table::release(std::vector<lease> held) { return releases_.ask(std::move(held)); }

}  // namespace slipway::postgres
