#include "adapters/postgres/append_sql.hpp"

#include "adapters/postgres/news_listener.hpp"

namespace slipway::postgres {

namespace {

struct column {
    const char* name;
    const char* type;
};

constexpr column of_request[] = {{"stream", "text"},   {"kind", "text"},      {"expected", "bigint"}, {"previous", "text"},
                                 {"hash", "text"},     {"state", "text"},     {"version", "bigint"},  {"owner", "text"},
                                 {"name", "text"},     {"provider", "text"},  {"key", "text"},        {"due_at", "bigint"},
                                 {"at_rest", "boolean"}, {"ended", "boolean"}, {"definition", "text"}, {"epoch", "bigint"},
                                 {"command", "text"}};
constexpr column of_event[] = {{"stream", "text"}, {"version", "bigint"}, {"type", "text"},
                               {"schema_version", "integer"}, {"event_id", "text"}, {"at", "bigint"},
                               {"actor", "text"}, {"command_id", "text"}, {"data", "text"}, {"hash", "text"}};

template <std::size_t N>
std::string rows_of(const column (&columns)[N], std::size_t first_parameter) {
    std::string arrays, names;
    for (std::size_t i = 0; i < N; ++i) {
        arrays += (i ? ", $" : "$") + std::to_string(first_parameter + i) + "::" + columns[i].type + "[]";
        names += (i ? ", " : "") + std::string(columns[i].name);
    }
    return "SELECT * FROM unnest(" + arrays + ") AS t (" + names + ")";
}

}  // namespace

// In this order, and each step only for what has passed the one before:
//   free     whose events and command ids nobody has stored yet
//   old      heads that are where they are expected to be, under the lease that is named: locked, in one order for all
//   fresh    heads of streams that are opened, where nobody has the name
//   claimed  command ids, which two daemons may have been given at once
//   good     what may be stored. A head that was locked or made for a request whose command was then somebody else's must
//            not stay: the statement divides by zero, which undoes all of it, and each request is sent alone
// Whoever is stood in the way of by another transaction waits for its end and looks again. A transaction has its number
// before it draws a seq (old and fresh have written): readers count on that (settled_feed.hpp).
const std::string append_sql =
    "WITH r AS MATERIALIZED (" + rows_of(of_request, 1) + "), e AS MATERIALIZED (" + rows_of(of_event, 18) +
    "), free AS MATERIALIZED (SELECT * FROM r WHERE NOT EXISTS (SELECT 1 FROM e JOIN events USING (event_id) "
    "WHERE e.stream = r.stream) AND NOT EXISTS (SELECT 1 FROM commands WHERE command_id = r.command)"
    "), old AS MATERIALIZED (SELECT s.stream FROM streams s JOIN free f ON f.stream = s.stream WHERE f.expected > 0 AND "
    "s.version = f.expected AND s.hash = f.previous AND (f.epoch = 0 OR f.epoch = s.lease_epoch) "
    "ORDER BY s.stream FOR UPDATE OF s"
    "), fresh AS (INSERT INTO streams (stream, kind, state, version, owner, name, provider, key_fingerprint, due_at, "
    "at_rest, ended, definition, hash) SELECT stream, kind, state, version, owner, name, provider, key, due_at, at_rest, "
    "ended, definition, hash FROM free WHERE expected = 0 AND epoch = 0 ORDER BY stream ON CONFLICT DO NOTHING "
    "RETURNING stream"
    "), ready AS MATERIALIZED (SELECT stream FROM old UNION ALL SELECT stream FROM fresh"
    "), claimed AS (INSERT INTO commands (command_id) SELECT command FROM free JOIN ready USING (stream) "
    "WHERE command <> '' ORDER BY command ON CONFLICT DO NOTHING RETURNING command_id"
    "), good AS MATERIALIZED (SELECT free.* FROM free JOIN ready USING (stream) "
    "WHERE command = '' OR command IN (SELECT command_id FROM claimed)"
    "), changed AS (UPDATE streams s SET kind = g.kind, state = g.state, version = g.version, owner = g.owner, "
    "name = g.name, provider = g.provider, key_fingerprint = g.key, due_at = g.due_at, at_rest = g.at_rest, "
    "ended = g.ended, definition = g.definition, hash = g.hash FROM good g WHERE s.stream = g.stream AND g.expected > 0"
    "), stored AS (INSERT INTO events (stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, "
    "hash) SELECT e.stream, g.kind, e.version, e.type, e.schema_version, e.event_id, e.at, e.actor, e.command_id, e.data, "
    "e.hash FROM e JOIN good g ON g.stream = e.stream ORDER BY e.stream, e.version RETURNING stream, version, seq"
    "), half AS MATERIALIZED (SELECT count(*) AS n FROM ready WHERE stream NOT IN (SELECT stream FROM good)"
    "), told AS MATERIALIZED (SELECT pg_notify('" + std::string(news_channel) + "', left('w ' || $28 || ' ' || "
    "coalesce(string_agg(stream, ' ') FILTER (WHERE epoch = 0), ''), 7900)) FROM good HAVING count(*) > 0"
    ") SELECT stored.stream, stored.version, stored.seq, 1 / CASE WHEN half.n = 0 THEN 1 ELSE 0 END, told.pg_notify "
    "FROM half LEFT JOIN stored ON true LEFT JOIN told ON true";

const std::string taken_sql =
    "SELECT EXISTS (SELECT 1 FROM commands WHERE command_id = $1) OR ($2::bigint = 0 AND EXISTS (SELECT 1 FROM streams "
    "WHERE kind = $3 AND name = $5 AND (kind = 'contract' OR (NOT ended AND provider = $4))))";

void append_arrays::add(const append_request& request, const std::string& previous_hash,
                        const std::vector<event_record>& records) {
    const stream_head& head = request.head;
    const std::string* text[] = {&head.stream.text, &head.kind, nullptr, &previous_hash, &records.back().hash,
                                 &head.state,       nullptr,    &head.owner, &head.name, &head.provider,
                                 &head.key_fingerprint, nullptr, nullptr, nullptr, &head.definition,
                                 nullptr, &request.events.front().command_id};
    for (std::size_t i = 0; i < requests_.size(); ++i)
        if (text[i] != nullptr) requests_[i].add(*text[i]);
    requests_[2].add(static_cast<std::int64_t>(request.expected_version));
    requests_[6].add(static_cast<std::int64_t>(head.version));
    if (head.due_at)
        requests_[11].add(head.due_at->ms);
    else
        requests_[11].add_null();
    requests_[12].add(head.at_rest);
    requests_[13].add(head.ended);
    requests_[15].add(static_cast<std::int64_t>(request.epoch));
    for (const event_record& r : records) {
        events_[0].add(r.stream.text);
        events_[1].add(static_cast<std::int64_t>(r.version));
        events_[2].add(r.type);
        events_[3].add(std::int64_t{r.schema_version});
        events_[4].add(r.event_id);
        events_[5].add(r.at.ms);
        events_[6].add(r.actor);
        events_[7].add(r.command_id);
        events_[8].add(r.data);
        events_[9].add(r.hash);
    }
}

parameters append_arrays::take() && {
    parameters all;
    for (array_text& one : requests_) all.push_back(std::move(one).take());
    for (array_text& one : events_) all.push_back(std::move(one).take());
    return all;
}

}  // namespace slipway::postgres
