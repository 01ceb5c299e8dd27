#include "adapters/postgres/log_filler.hpp"

#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/schema_steps.hpp"

#include <utility>

namespace slipway::postgres {

namespace {

const std::string insert_sql =
    std::string("INSERT INTO events (") + record_columns +
    ") SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::integer[], $7::text[], "
    "$8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])";

}  // namespace

result<std::unique_ptr<log_filler>> log_filler::open(const server_address& where) {
    std::unique_ptr<log_filler> opened(new log_filler(where));
    session& on = opened->on_;
    if (auto migrated = migrate(on); !migrated) return migrated.error();
    auto bad = on.hold(session::holding::change);
    if (!bad)
        bad = on.in_held([&](transaction_base& in) -> result<void> {
            execute(in, "LOCK TABLE events, streams, providers IN EXCLUSIVE MODE", {});
            const auto there = execute(in, "SELECT EXISTS (SELECT 1 FROM events) OR EXISTS (SELECT 1 FROM providers)", {});
            if (truth_in(there.front()[0]))
                return make_error(error_kind::refused, on.where().place() +
                                                           " is in use already. An export can only be imported into a new "
                                                           "one: name another place with --db.");
            return {};
        });
    if (bad) return bad->why;
    return opened;
}

result<void> log_filler::run(const std::string& sql, const std::vector<std::string>& values) {
    const auto bad = on_.in_held([&](transaction_base& in) -> result<void> {
        execute(in, sql, values);
        return {};
    });
    if (bad) return bad->why;
    return {};
}

result<void> log_filler::set_origin(const log_origin& origin) {
    for (const auto& [key, value] : {std::pair{"install_id", &origin.install_id}, {"created_at", &origin.created_at}})
        if (auto done = run("UPDATE meta SET value = $2 WHERE key = $1", {key, *value}); !done) return done;
    return {};
}

std::optional<trouble> log_filler::insert(std::span<const event_record> records) {
    event_arrays arrays;
    for (const event_record& r : records) arrays.add(static_cast<std::int64_t>(r.seq), r);
    const parameters values = std::move(arrays).take();
    return on_.in_held([&](transaction_base& in) -> result<void> {
        execute(in, "SAVEPOINT before_batch", {});
        execute(in, insert_sql, values);
        execute(in, "RELEASE SAVEPOINT before_batch", {});
        return {};
    });
}

std::optional<log_importer::not_taken> log_filler::add(std::span<const event_record> batch) {
    if (batch.empty()) return {};
    auto bad = insert(batch);
    if (!bad) {
        last_seq_ = batch.back().seq;
        return {};
    }
    if (bad->what != trouble::kind::rule) return not_taken{0, bad->why};
    // Which one it is: one after the other from the place before the batch.
    if (auto back = run("ROLLBACK TO SAVEPOINT before_batch", {}); !back) return not_taken{0, back.error()};
    for (std::size_t at = 0; at < batch.size(); ++at) {
        bad = insert(batch.subspan(at, 1));
        if (bad) return not_taken{at, make_error(error_kind::corrupt, "the log does not take it: " + bad->why.message)};
    }
    return {};
}

result<std::vector<event_record>> log_filler::read_stream(const stream_id& stream) {
    std::vector<event_record> records;
    const auto bad = on_.in_held([&](transaction_base& in) -> result<void> {
        records = stream_records(in, stream, 0);
        return {};
    });
    if (bad) return bad->why;
    return records;
}

result<void> log_filler::put_head(const stream_head& h) {
    return run(
        "INSERT INTO streams (stream, kind, state, version, owner, name, provider, key_fingerprint, at_rest, ended, "
        "definition, hash, due_at) VALUES ($1, $2, $3, $4::bigint, $5, $6, $7, $8, $9::boolean, $10::boolean, $11, $12, "
        "nullif($13, '')::bigint)",
        {h.stream.text, h.kind, h.state, std::to_string(h.version), h.owner, h.name, h.provider, h.key_fingerprint,
         text_of(h.at_rest), text_of(h.ended), h.definition, h.hash,
         h.due_at ? std::to_string(h.due_at->ms) : std::string()});
}

result<void> log_filler::commit() {
    // Whoever is to be told of these events was told by the log that they come from.
    for (const char* sql : {"UPDATE outbox_position SET seq = $1::bigint",
                            "SELECT setval(pg_get_serial_sequence('events', 'seq'), greatest($1::bigint, 1), $1::bigint > 0)"})
        if (auto done = run(sql, {bounded(last_seq_)}); !done) return done;
    if (auto done = run("INSERT INTO commands (command_id) SELECT DISTINCT command_id FROM events WHERE command_id <> ''", {});
        !done)
        return done;
    if (const auto bad = on_.commit_held()) return bad->why;
    return {};
}

}  // namespace slipway::postgres
