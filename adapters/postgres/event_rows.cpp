#include "adapters/postgres/event_rows.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace slipway::postgres {

const char* const record_columns =
    "seq, stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, hash";

std::int64_t number_in(const pqxx::field& of) {
    std::int64_t value = 0;
    std::from_chars(of.c_str(), of.c_str() + of.size(), value);
    return value;
}

std::string text_in(const pqxx::field& of) { return {of.c_str(), of.size()}; }

std::string bounded(std::uint64_t value) { return std::to_string(std::min<std::uint64_t>(value, INT64_MAX)); }

event_record read_record(const pqxx::row& row) {
    event_record r;
    r.seq = static_cast<std::uint64_t>(number_in(row[0]));
    r.stream.text = text_in(row[1]);
    r.kind = text_in(row[2]);
    r.version = static_cast<std::uint64_t>(number_in(row[3]));
    r.type = text_in(row[4]);
    r.schema_version = static_cast<int>(number_in(row[5]));
    r.event_id = text_in(row[6]);
    r.at.ms = number_in(row[7]);
    r.actor = text_in(row[8]);
    r.command_id = text_in(row[9]);
    r.data = text_in(row[10]);
    r.hash = text_in(row[11]);
    return r;
}

void event_arrays::add(std::int64_t number, const event_record& r) {
    arrays_[0].add(number);
    arrays_[1].add(r.stream.text);
    arrays_[2].add(r.kind);
    arrays_[3].add(static_cast<std::int64_t>(r.version));
    arrays_[4].add(r.type);
    arrays_[5].add(std::int64_t{r.schema_version});
    arrays_[6].add(r.event_id);
    arrays_[7].add(r.at.ms);
    arrays_[8].add(r.actor);
    arrays_[9].add(r.command_id);
    arrays_[10].add(r.data);
    arrays_[11].add(r.hash);
}

parameters event_arrays::take() && {
    parameters all;
    for (array_text& one : arrays_) all.push_back(std::move(one).take());
    return all;
}

std::vector<event_record> read_records(const pqxx::result& rows) {
    std::vector<event_record> found;
    found.reserve(static_cast<std::size_t>(rows.size()));
    for (const auto& row : rows) found.push_back(read_record(row));
    return found;
}

namespace {

stream_head read_head(const pqxx::row& row) {
    stream_head h;
    h.stream.text = text_in(row[0]);
    h.kind = text_in(row[1]);
    h.state = text_in(row[2]);
    h.version = static_cast<std::uint64_t>(number_in(row[3]));
    h.owner = text_in(row[4]);
    h.name = text_in(row[5]);
    h.provider = text_in(row[6]);
    h.key_fingerprint = text_in(row[7]);
    if (!row[8].is_null()) h.due_at = timestamp{number_in(row[8])};
    h.at_rest = truth_in(row[9]);
    h.ended = truth_in(row[10]);
    h.definition = text_in(row[11]);
    h.hash = text_in(row[12]);
    return h;
}

const std::string select_records = std::string("SELECT ") + record_columns + " FROM events ";

}  // namespace

std::vector<event_record> stream_records(pqxx::transaction_base& in, const stream_id& stream, std::uint64_t after) {
    return read_records(execute(in, select_records + "WHERE stream = $1 AND version > $2::bigint ORDER BY version",
                                {stream.text, bounded(after)}));
}

std::vector<event_record> command_records(pqxx::transaction_base& in, const std::string& command_id) {
    return read_records(
        execute(in, select_records + "WHERE command_id = $1 AND command_id <> '' ORDER BY seq", {command_id}));
}

std::vector<stream_head> stream_heads(pqxx::transaction_base& in, const head_filter& filter) {
    std::string sql =
        "SELECT stream, kind, state, version, owner, name, provider, key_fingerprint, due_at, at_rest, ended, "
        "definition, hash FROM streams WHERE true";
    parameters values;
    const auto compare = [&](const char* column, const char* how, const std::optional<std::string>& value) {
        if (!value) return;
        values.push_back(*value);
        sql += std::string(" AND ") + column + how + "$" + std::to_string(values.size());
    };
    compare("kind", " = ", filter.kind);
    compare("state", " = ", filter.state);
    compare("owner", " = ", filter.owner);
    compare("name", " = ", filter.name);
    compare("provider", " = ", filter.provider);
    compare("stream", " = ", filter.stream);
    compare("stream", " > ", filter.after);
    if (filter.unfinished_only) sql += " AND to_work_on AND NOT at_rest";
    if (filter.live_only) sql += " AND NOT ended";
    // PostgreSQL knows that its index holds these only where it is told so.
    if (filter.live_only && filter.state && *filter.state != "active") sql += " AND not_active";
    // A restart takes up first what can run at once, then the most overdue; this order is also what its index gives.
    sql += filter.unfinished_only ? " ORDER BY due_at NULLS FIRST, stream" : " ORDER BY stream";
    if (filter.limit > 0) sql += " LIMIT " + std::to_string(filter.limit);
    std::vector<stream_head> found;
    for (const auto& row : execute(in, sql, values)) found.push_back(read_head(row));
    return found;
}

std::vector<stream_id> live_streams_with_key(pqxx::transaction_base& in, const std::string& provider,
                                             const std::string& key_fingerprint, const stream_id& except) {
    std::vector<stream_id> found;
    for (const auto& row : execute(in,
                                   "SELECT stream FROM streams WHERE provider = $1 AND key_fingerprint = $2 AND NOT ended "
                                   "AND stream <> $3 ORDER BY stream",
                                   {provider, key_fingerprint, except.text}))
        found.push_back({text_in(row[0])});
    return found;
}

}  // namespace slipway::postgres
