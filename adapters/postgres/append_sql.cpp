#include "adapters/postgres/append_sql.hpp"

#include "adapters/postgres/news_listener.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

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
                                 {"command", "text"},  {"asked", "text"},     {"digest", "text"}};
constexpr column of_event[] = {{"request", "bigint"}, {"stream", "text"}, {"kind", "text"}, {"version", "bigint"},
                               {"type", "text"}, {"schema_version", "integer"}, {"event_id", "text"}, {"at", "bigint"},
                               {"actor", "text"}, {"command_id", "text"}, {"data", "text"}, {"hash", "text"}};

static_assert(std::size(of_request) == append_arrays::columns && std::size(of_event) == event_arrays::columns);

// As a table `name`, with `nth`: which one it is, from 1.
template <std::size_t N>
std::string rows_of(const char* name, const column (&columns)[N], std::size_t first_parameter) {
    std::string arrays, names;
    for (std::size_t i = 0; i < N; ++i) {
        arrays += (i ? ", $" : "$") + std::to_string(first_parameter + i) + "::" + columns[i].type + "[]";
        names += std::string(columns[i].name) + ", ";
    }
    return "unnest(" + arrays + ") WITH ORDINALITY AS " + name + " (" + names + "nth)";
}

const std::string process_parameter = "$" + std::to_string(std::size(of_request) + std::size(of_event) + 1);

// Not as EXISTS, for which all of the table would be read where it was small when the plan was made.
const char* const is_new_command =
    "(r.command = '' OR (SELECT true FROM commands c WHERE c.command_id = r.command) IS NULL)";

}  // namespace

// In this order:
//   old      heads that are where they are expected to be, under the lease that is named: changed
//   fresh    heads of streams that are opened, where nobody has the name
//   ready    the requests of these two, which are stored; the others are left out
//   claimed  command ids, which two daemons may have been given at once
//   asked    the keys of the requests that are answered with these events
// What is ready has its head changed or made; where its command is then somebody else's, the statement divides by zero, which
// undoes all of it, and each request is sent alone. So it is where an event id is there already, or where two statements wait
// for each other's heads, which are changed in one order by all as long as their plans are alike. Whoever is stood in the way
// of by another transaction waits for its end and looks again. A transaction has its number before it draws a seq (old and
// fresh have written): readers count on that (settled_feed.hpp).
//
// Its plan is made once and kept, perhaps while the tables are empty, and must be a good one when they are large: `r` looks so
// short to the planner, by the many conditions on it, that heads and commands are looked for by their keys, one after the
// other; and what is only compared with a list of this statement is made a hashed one (by OR, by IS TRUE).
//
// News are for who works on a stream that somebody else was given a command for, and for nobody otherwise: transactions
// that tell something commit one after the other, in the whole server. That the log has grown is told apart
// (growth_news.hpp).
const std::string append_sql =
    "WITH r AS MATERIALIZED (SELECT * FROM " + rows_of("t", of_request, 1) +
    "), old AS (UPDATE streams s SET kind = r.kind, state = r.state, version = r.version, owner = r.owner, name = r.name, "
    "provider = r.provider, key_fingerprint = r.key, due_at = r.due_at, at_rest = r.at_rest, ended = r.ended, "
    "definition = r.definition, hash = r.hash FROM r WHERE s.stream = r.stream AND s.version = r.expected AND "
    "s.hash = r.previous AND (r.epoch = 0 OR r.epoch = s.lease_epoch) AND r.expected > 0 AND " + is_new_command +
    " RETURNING r.nth, r.epoch, s.stream, s.lease_holder, s.lease_until"
    "), fresh AS (INSERT INTO streams (stream, kind, state, version, owner, name, provider, key_fingerprint, due_at, "
    "at_rest, ended, definition, hash) SELECT stream, kind, state, version, owner, name, provider, key, due_at, at_rest, "
    "ended, definition, hash FROM r WHERE expected = 0 AND epoch = 0 AND " + is_new_command +
    " ORDER BY nth ON CONFLICT DO NOTHING RETURNING stream"
    "), ready AS MATERIALIZED (SELECT nth, command, asked, digest FROM r WHERE nth IN (SELECT nth FROM old) OR "
    "stream IN (SELECT stream FROM fresh)"
    "), claimed AS (INSERT INTO commands (command_id) SELECT command FROM ready WHERE command <> '' ORDER BY command "
    "ON CONFLICT DO NOTHING RETURNING command_id"
    "), asked AS (INSERT INTO idempotency_keys (key, request, seen_at) SELECT asked, digest, (extract(epoch FROM now()) * "
    "1000)::bigint FROM ready WHERE asked <> '' ORDER BY asked ON CONFLICT DO NOTHING"
    "), stored AS (INSERT INTO events (stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, "
    "hash) SELECT stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, hash FROM " +
    rows_of("e", of_event, std::size(of_request) + 1) +
    " WHERE (request IN (SELECT nth FROM ready)) IS TRUE ORDER BY nth RETURNING stream, version, seq"
    "), told AS MATERIALIZED (SELECT pg_notify('" + std::string(news_channel) + "', left('w ' || " + process_parameter +
    " || ' ' || string_agg(stream, ' '), 7900)) FROM old WHERE epoch = 0 AND lease_holder NOT IN ('', " +
    process_parameter + ") AND lease_until > '-infinity' HAVING count(*) > 0"
    ") SELECT stream, version, seq, 1 / CASE WHEN (SELECT count(*) FROM claimed) = (SELECT count(*) FROM ready WHERE "
    "command <> '') THEN 1 ELSE 0 END, (SELECT pg_notify FROM told) FROM stored";

const std::string taken_sql =
    "SELECT EXISTS (SELECT 1 FROM commands WHERE command_id = $1) OR ($2::bigint = 0 AND EXISTS (SELECT 1 FROM streams "
    "WHERE kind = $3 AND name = $5 AND (kind = 'contract' OR (NOT ended AND provider = $4))))";

void append_arrays::add(const append_request& request, const std::string& previous_hash,
                        const std::vector<event_record>& records) {
    const stream_head& head = request.head;
    const std::string* text[] = {&head.stream.text, &head.kind, nullptr, &previous_hash, &records.back().hash,
                                 &head.state,       nullptr,    &head.owner, &head.name, &head.provider,
                                 &head.key_fingerprint, nullptr, nullptr, nullptr, &head.definition,
                                 nullptr, &request.events.front().command_id, &request.request.key,
                                 &request.request.digest};
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
    ++count_;
    for (const event_record& r : records) events_.add(count_, r);
}

parameters append_arrays::take() && {
    parameters all;
    for (array_text& one : requests_) all.push_back(std::move(one).take());
    parameters of_events = std::move(events_).take();
    std::move(of_events.begin(), of_events.end(), std::back_inserter(all));
    return all;
}

}  // namespace slipway::postgres
