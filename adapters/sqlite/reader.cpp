#include "adapters/sqlite/reader.hpp"

#include "adapters/sqlite/cut_off.hpp"
#include "adapters/sqlite/head_query.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "adapters/sqlite/secrets_table.hpp"
#include "adapters/sqlite/writer_lock.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace slipway::sqlite {

const char* const record_columns =
    "seq, stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, hash";

void read_record(const statement& row, event_record& r) {
    r.seq = static_cast<std::uint64_t>(row.number(0));
    row.text(1, r.stream.text);
    row.text(2, r.kind);
    r.version = static_cast<std::uint64_t>(row.number(3));
    row.text(4, r.type);
    // Out of range, hence never written by us: must not look like the number it would wrap to.
    r.schema_version = std::in_range<int>(row.number(5)) ? static_cast<int>(row.number(5)) : -1;
    row.text(6, r.event_id);
    r.at.ms = row.number(7);
    row.text(8, r.actor);
    row.text(9, r.command_id);
    row.text(10, r.data);
    row.text(11, r.hash);
}

event_record read_record(const statement& row) {
    event_record r;
    read_record(row, r);
    return r;
}

namespace {

// SQLite's numbers are signed: nothing is beyond the largest.
std::int64_t bounded(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX));
}

stream_head read_head(const statement& row) {
    stream_head h;
    h.stream.text = row.text(0);
    h.kind = row.text(1);
    h.state = row.text(2);
    h.version = static_cast<std::uint64_t>(row.number(3));
    h.owner = row.text(4);
    h.name = row.text(5);
    h.provider = row.text(6);
    h.key_fingerprint = row.text(7);
    if (!row.is_null(8)) h.due_at = timestamp{row.number(8)};
    h.at_rest = row.number(9) != 0;
    h.ended = row.number(10) != 0;
    h.definition = row.text(11);
    h.hash = row.text(12);
    return h;
}

// SQLite says "unable to open" for everything; the system knows why.
error cannot_open(const std::string& path, int why) {
    return make_error(error_kind::unreachable, "the event log " + path + " cannot be opened: " + std::strerror(why) +
            (why == ENOENT ? ". Check the path (--db or SLIPWAY_DATABASE_URL); slipway creates the log when it first runs."
                           : ". Check that this user may read it."));
}

error too_old(const std::string& path, int version) {
    return make_error(error_kind::unreachable,
                      version == 0 ? path + " is empty: slipway has not created its event log there yet."
                                   : "the event log " + path + " was written by an older slipway (schema version " +
                                         std::to_string(version) + "). Start slipway once: it brings it up to date.");
}

// The version found.
result<int> readable_version(connection& on) {
    const auto version = schema_version(on);
    if (version && *version < oldest_readable_schema) return too_old(on.path(), *version);
    return version;
}

// A log that was closed cleanly is one file, and SQLite can only read it beside others where it may create -wal and
// -shm. So it is first looked at as it lies there: what is no event log gets no company. Then the ordinary way, which
// sees what a writer does later; and where that is impossible (a read-only directory), nobody can be writing either,
// and the file alone is the whole truth.
result<connection> open_readable(const std::string& path, bool damaged) {
    const auto opened = [&](connection::mode how) {
        auto on = connection::open(path, how);
        // Nothing else makes SQLite read a file of which it misses the end. Nobody writes here.
        if (on && damaged) {
            sqlite3_db_config(on->raw(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
            sqlite3_db_config(on->raw(), SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
        }
        return on;
    };
    const bool alone = !has_wal(path);
    if (alone) {
        auto snapshot = opened(connection::mode::snapshot);
        if (!snapshot) return snapshot;
        if (const auto good = readable_version(*snapshot); !good) return good.error();
    }
    auto on = opened(connection::mode::read_only);
    if (!on) return on;
    const auto tables = on->number("SELECT count(*) FROM sqlite_schema");
    if (!tables && alone && !has_wal(path)) return opened(connection::mode::snapshot);
    if (!tables) return tables.error();
    if (const auto good = readable_version(*on); !good) return good.error();
    return on;
}

}  // namespace

result<reader> reader::open(const std::string& path, damage where_cut_off) {
    if (access(path.c_str(), R_OK) != 0) return cannot_open(path, errno);
    struct stat file {};
    if (stat(path.c_str(), &file) == 0 && S_ISDIR(file.st_mode)) return cannot_open(path, EISDIR);
    auto bad = sqlite::cut_off(path);
    if (bad && where_cut_off == damage::refused) return *bad;
    auto on = open_readable(path, bad.has_value());
    if (!on) return on.error();
    reader opened(std::move(*on));
    opened.cut_off_ = std::move(bad);
    opened.for_tools_ = where_cut_off == damage::shown;
    if (const auto ready = opened.prepare(); !ready) return make_error(error_kind::unreachable, ready.error().message);
    return opened;
}

result<reader> reader::open_alone(const std::string& path) {
    auto on = connection::open(path, connection::mode::snapshot);
    if (!on) return on.error();
    reader opened(std::move(*on));
    if (const auto ready = opened.prepare(); !ready) return ready.error();
    return opened;
}

result<void> reader::prepare() {
    const std::string select = std::string("SELECT ") + record_columns + " FROM events ";
    const std::pair<statement*, std::string> all[] = {
        {&by_stream_, select + "WHERE stream = ?1 AND version > ?2 ORDER BY version"},
        // Not "seq > ?1": that looks at the place of ?1 itself first, which may be damaged where the next one is not.
        {&by_seq_, select + "WHERE seq >= ?1 + 1 ORDER BY seq LIMIT ?2"},
        {&by_command_, select + "WHERE command_id = ?1 AND command_id <> '' ORDER BY seq"},
        {&by_key_,
         "SELECT stream FROM streams WHERE provider = ?1 AND key_fingerprint = ?2 AND ended = 0 AND stream <> ?3 "
         "ORDER BY stream"},
        {&last_seq_, "SELECT coalesce(max(seq), 0) FROM events"},
    };
    for (const auto& [into, sql] : all) {
        auto prepared = statement::prepare(connection_, sql);
        if (!prepared) return prepared.error();
        *into = std::move(*prepared);
    }
    const auto version = schema_version(connection_);
    if (!version) return version.error();
    schema_ = *version;
    auto meta = statement::prepare(connection_, "SELECT key, value FROM meta");
    if (!meta) return meta.error();
    while (meta->step() == SQLITE_ROW) {
        if (meta->text(0) == "install_id") install_id_ = meta->text(1);
        if (meta->text(0) == "created_at") created_at_ = meta->text(1);
    }
    return {};
}

schema_versions reader::schema() const {
    return {schema_, static_cast<int>(migrations().size())};
}

result<void> reader::must_be_newest() const {
    if (schema().found == schema().newest) return {};
    return too_old(connection_.path(), schema_);
}

std::optional<log_holder> reader::holder() {
    log_holder found;
    (void)connection_.query("SELECT holder, since FROM writer", {}, [&](const statement& row) {
        found.who = row.text(0);
        found.since.ms = row.number(1);
    });
    if (found.who.empty()) return {};
    found.running = writer_lock::is_held(connection_.path());
    return found;
}

result<std::unique_ptr<log_reader>> reader::another() const {
    auto opened = open(connection_.path(), damage::shown);
    if (!opened) return opened.error();
    return std::unique_ptr<log_reader>(std::make_unique<reader>(*std::move(opened)));
}

result<void> reader::records(statement& query, std::vector<event_record>& found) {
    int code = SQLITE_ROW;
    while ((code = query.step()) == SQLITE_ROW) found.push_back(read_record(query));
    if (code != SQLITE_DONE) return connection_.failure(code, "cannot be read", error_kind::storage);
    return {};
}

result<std::vector<event_record>> reader::records(statement& query) {
    std::vector<event_record> found;
    if (auto read = records(query, found); !read) return read.error();
    return found;
}

result<std::vector<event_record>> reader::read_stream(const stream_id& stream, std::uint64_t after_version) {
    // The events of a stream lie apart from each other: whoever reads one after the other needs the same pages again.
    if (for_tools_ && ++streams_read_ == 32) connection_.execute("PRAGMA cache_size = -32768");
    const scoped_reset end(by_stream_);
    by_stream_.bind(1, stream.text);
    by_stream_.bind(2, bounded(after_version));
    return records(by_stream_);
}

result<std::vector<event_record>> reader::read_all(std::uint64_t after_seq, std::size_t limit) {
    const scoped_reset end(by_seq_);
    by_seq_.bind(1, bounded(after_seq));
    by_seq_.bind(2, bounded(limit));
    return records(by_seq_);
}

// Page by page, each a read of its own: whoever takes the records may be a pager that waits for its reader.
result<void> reader::visit(std::uint64_t after_seq, const taker& take) {
    constexpr std::size_t largest_page = 1000;
    std::size_t page = 100;  // the first is short: whoever wants only the beginning gets it at once
    std::vector<event_record> found;  // the memory of one page serves the next
    for (std::uint64_t seq = after_seq;; page = std::min(page * 10, largest_page)) {
        result<void> read;
        const std::size_t count = read_page(seq, page, found, read);
        for (std::size_t i = 0; i < count; ++i) {
            event_record& record = found[i];
            // On a damaged page others may stand, and whoever went on from them would go round in circles.
            if (record.seq <= seq) return make_error(error_kind::storage, "what stands there is out of order");
            seq = record.seq;
            if (!take(record)) return {};
        }
        if (!read || count < page) return read;
    }
}

// How many there are; `read` says why they are not more.
std::size_t reader::read_page(std::uint64_t after_seq, std::size_t most, std::vector<event_record>& into, result<void>& read) {
    const scoped_reset end(by_seq_);
    by_seq_.bind(1, bounded(after_seq));
    by_seq_.bind(2, bounded(most));
    std::size_t count = 0;
    int code = SQLITE_ROW;
    for (; (code = by_seq_.step()) == SQLITE_ROW; ++count) {
        if (count == into.size()) into.emplace_back();
        read_record(by_seq_, into[count]);
    }
    if (code != SQLITE_DONE) read = connection_.failure(code, "cannot be read", error_kind::storage);
    return count;
}

result<std::vector<event_record>> reader::find_command(const std::string& command_id) {
    const scoped_reset end(by_command_);
    by_command_.bind(1, command_id);
    return records(by_command_);
}

result<std::optional<std::string>> reader::find_request(const std::string& key) {
    if (!by_request_) {  // an old database, which tools can read, has no such table
        auto prepared = statement::prepare(connection_, "SELECT request FROM idempotency_keys WHERE key = ?1");
        if (!prepared) return prepared.error();
        by_request_ = std::move(*prepared);
    }
    const scoped_reset end(by_request_);
    by_request_.bind(1, key);
    std::optional<std::string> digest;
    const int code = by_request_.step();
    if (code == SQLITE_ROW)
        digest = by_request_.text(0);
    else if (code != SQLITE_DONE)
        return connection_.failure(code, "cannot be read", error_kind::storage);
    return digest;
}

result<std::vector<stream_head>> reader::heads(const head_filter& filter) {
    const auto [sql, values] = query_for(filter);
    statement& query = heads_[sql];
    if (!query) {
        auto prepared = statement::prepare(connection_, sql);
        if (!prepared) return prepared.error();
        query = std::move(*prepared);
    }
    const scoped_reset end(query);
    for (std::size_t i = 0; i < values.size(); ++i) query.bind(static_cast<int>(i) + 1, values[i]);
    if (filter.limit > 0) query.bind(static_cast<int>(values.size()) + 1, static_cast<std::int64_t>(filter.limit));
    std::vector<stream_head> found;
    int code = SQLITE_ROW;
    while ((code = query.step()) == SQLITE_ROW) found.push_back(read_head(query));
    if (code != SQLITE_DONE) return connection_.failure(code, "cannot be read", error_kind::storage);
    return found;
}

// Passing over what has ended is cheaper than the way from an index to each row.
result<stream_counts> reader::count_live() {
    auto query = statement::prepare(connection_, "SELECT kind, state, count(*) FROM streams WHERE +ended = 0 GROUP BY kind, state");
    if (!query) return query.error();
    stream_counts counts;
    int code = SQLITE_ROW;
    while ((code = query->step()) == SQLITE_ROW) counts[{query->text(0), query->text(1)}] = query->number(2);
    if (code != SQLITE_DONE) return connection_.failure(code, "cannot be read", error_kind::storage);
    return counts;
}

result<std::vector<stream_id>> reader::live_with_key(const std::string& provider, const std::string& key_fingerprint,
                                                     const stream_id& except) {
    const scoped_reset end(by_key_);
    by_key_.bind(1, provider);
    by_key_.bind(2, key_fingerprint);
    by_key_.bind(3, except.text);
    std::vector<stream_id> found;
    int code = SQLITE_ROW;
    while ((code = by_key_.step()) == SQLITE_ROW) found.push_back({by_key_.text(0)});
    if (code != SQLITE_DONE) return connection_.failure(code, "cannot be read", error_kind::storage);
    return found;
}

void reader::begin_snapshot() {
    connection_.execute("BEGIN");
    (void)last_seq();  // SQLite takes the snapshot at the first read
}

void reader::end_snapshot() {
    connection_.execute("COMMIT");
}

result<std::vector<std::string>> reader::integrity(check_depth how) {
    auto query = statement::prepare(connection_, how == check_depth::quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(20)");
    if (!query) return query.error();
    std::vector<std::string> found;
    int code = SQLITE_ROW;
    while ((code = query->step()) == SQLITE_ROW)
        if (std::string line = query->text(0); line != "ok") found.push_back("SQLite says: " + line);
    if (code != SQLITE_DONE) return connection_.failure(code, "cannot be checked", error_kind::storage);
    return found;
}

result<std::uint64_t> reader::last_seq() {
    const scoped_reset end(last_seq_);
    if (const int code = last_seq_.step(); code != SQLITE_ROW)
        return connection_.failure(code, "cannot be read", error_kind::storage);
    return static_cast<std::uint64_t>(last_seq_.number(0));
}

result<std::uint64_t> reader::event_count() {
    std::uint64_t count = 0;
    auto read = connection_.query("SELECT count(*) FROM events", {}, [&](const statement& row) {
        count = static_cast<std::uint64_t>(row.number(0));
    });
    if (!read) return read.error();
    return count;
}

result<std::vector<stream_id>> reader::streams_with_events() {
    std::vector<stream_id> found;
    auto read = connection_.query("SELECT DISTINCT stream FROM events", {},
                                  [&](const statement& row) { found.push_back({row.text(0)}); });
    if (!read) return read.error();
    return found;
}

result<std::optional<kept_secret>> reader::kept(const std::string& name) {
    if (schema_ < first_schema_with_secrets) return std::optional<kept_secret>();
    return read_kept_secret(connection_, name);
}

}  // namespace slipway::sqlite
