#include "adapters/sqlite/writer.hpp"

#include "adapters/sqlite/cut_off.hpp"
#include "adapters/sqlite/file_place.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "adapters/sqlite/reader.hpp"
#include "engine/runtime/hash_chain.hpp"

#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>

namespace slipway::sqlite {

// What `streams` holds before an append: where the chain goes on, and what need not be written again.
struct writer::stored_head {
    std::uint64_t version = 0;
    std::string hash{first_previous_hash};
    bool same_keys = false;  // the columns that indexes of `streams` are built on are as the request has them
};

namespace {

constexpr int columns_per_event = 8;
constexpr int first_event_parameter = 4;
// Larger requests get a statement of their own each time; SQLite allows 32,766 parameters.
constexpr std::size_t cached_insert_size = 16;
constexpr std::size_t largest_insert = 4000;

// All events of a request in one statement: it stores them all or none.
std::string insert_sql(std::size_t events) {
    std::string rows;
    int parameter = first_event_parameter;
    for (std::size_t i = 0; i < events; ++i) {
        rows += (i == 0 ? "(?1, ?2, ?3 + " : ", (?1, ?2, ?3 + ") + std::to_string(i + 1);
        for (int c = 0; c < columns_per_event; ++c) rows += ", ?" + std::to_string(parameter++);
        rows += ")";
    }
    return "INSERT INTO events (stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, "
           "hash) VALUES " +
           rows;
}

std::optional<std::int64_t> due_of(const stream_head& head) {
    if (!head.due_at) return {};
    return head.due_at->ms;
}

}  // namespace

result<writer> writer::open(const writer_options& options) {
    if (auto directory = prepare_directory(options.path, options.create_directory); !directory) return directory.error();
    auto lock = writer_lock::take(options.path, options.program);
    if (!lock) return lock.error();
    const auto created = prepare_file(options.path);
    if (!created) {
        lock->undo();
        return created.error();
    }
    const auto undo = [&](error why) {
        if (*created)
            for (const char* suffix : {"", "-wal", "-shm", "-journal"}) unlink((options.path + suffix).c_str());
        lock->undo();
        return why;
    };
    if (const auto bad = cut_off(options.path)) return undo(*bad);
    auto on = connection::open(options.path, connection::mode::read_write);
    if (!on) return undo(on.error());
    std::optional<writer> opened(writer(std::move(*on), std::move(*lock)));
    if (auto started = opened->start(options.program); !started) {
        *lock = std::move(opened->lock_);
        opened.reset();  // closes the database: SQLite removes files by name, so that must not come after us
        return undo(started.error());
    }
    return std::move(*opened);
}

result<void> writer::start(const std::string& program) {
    const auto refuse = [this](int code) {
        return connection_.failure(code, "cannot be opened for writing", error_kind::unreachable);
    };
    // First look, then touch: a foreign file and one of a newer version stay as they are.
    if (const auto found = schema_version(connection_); !found) return found.error();
    auto mode = statement::prepare(connection_, "PRAGMA journal_mode = WAL");
    if (!mode) return mode.error();
    if (const int code = mode->step(); code != SQLITE_ROW) return refuse(code);
    if (mode->text(0) != "wal")
        return make_error(error_kind::unreachable, "the event log " + connection_.path() +
                                                       " is on a file system that SQLite's WAL does not work "
                                                       "on (a network share?). Put it on a local disk.");
    mode->reset();
    // FULL: an append is acknowledged only when it would survive a power cut. The limit gives back to the disk what a
    // long read has made the WAL grow.
    const char* settings =
        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 16777216; "
        "PRAGMA foreign_keys = ON;";
    if (const int code = connection_.execute(settings); code != SQLITE_OK) return refuse(code);
    if (auto migrated = migrate(connection_); !migrated) return migrated.error();

    auto raise = statement::prepare(connection_,
                                    "UPDATE writer SET epoch = epoch + 1, holder = ?1, since = unixepoch() * 1000 "
                                    "RETURNING epoch");
    if (!raise) return raise.error();
    const std::string holder = program + " (pid " + std::to_string(getpid()) + ")";
    raise->bind(1, holder);
    if (const int code = raise->step(); code != SQLITE_ROW) return refuse(code);
    epoch_ = raise->number(0);
    if (const int code = raise->step(); code != SQLITE_DONE) return refuse(code);  // the commit is in this step

    const std::pair<statement*, std::string> all[] = {
        {&begin_, "BEGIN IMMEDIATE"},
        {&commit_, "COMMIT"},
        {&peek_,
         "SELECT version, hash, kind = ?2 AND owner = ?3 AND name = ?4 AND provider = ?5 AND key_fingerprint = ?6 AND "
         "ended = ?7 AND at_rest = ?8 AND due_at IS ?9 FROM streams WHERE stream = ?1"},
        {&new_head_,
         "INSERT INTO streams (stream, state, version, definition, hash, kind, owner, name, provider, key_fingerprint, "
         "ended, at_rest, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"},
        // Most events change none of the columns below; naming them would make SQLite write their indexes anew.
        {&next_head_, "UPDATE streams SET state = ?2, version = ?3, definition = ?4, hash = ?5 WHERE stream = ?1"},
        {&change_head_,
         "UPDATE streams SET state = ?2, version = ?3, definition = ?4, hash = ?5, kind = ?6, owner = ?7, name = ?8, "
         "provider = ?9, key_fingerprint = ?10, ended = ?11, at_rest = ?12, due_at = ?13 WHERE stream = ?1"},
        {&keep_request_,
         "INSERT INTO idempotency_keys (key, request, seen_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"},
        {&by_event_, std::string("SELECT ") + record_columns + " FROM events WHERE event_id = ?1"},
        {&holder_, "SELECT epoch, holder FROM writer"},
    };
    for (const auto& [into, sql] : all) {
        auto prepared = statement::prepare(connection_, sql);
        if (!prepared) return prepared.error();
        *into = std::move(*prepared);
    }
    return {};
}

void writer::check(const append_request& request) {
    if (request.events.empty() || request.events.size() > largest_insert)
        throw std::invalid_argument("an append holds between 1 and " + std::to_string(largest_insert) + " events");
    if (request.head.version != request.expected_version + request.events.size())
        throw std::invalid_argument("append to " + request.head.stream.text + ": the head's version is " +
                                    std::to_string(request.head.version) + ", not expected_version plus the events");
}

std::vector<append_result> writer::append(std::vector<append_request> batch) {
    for (const append_request& request : batch) check(request);
    bool poisoned = false;
    auto results = transaction(batch, poisoned);
    if (!poisoned) return results;
    results.clear();
    for (append_request& request : batch) {
        auto alone = transaction({&request, 1}, poisoned);
        results.push_back(std::move(alone.front()));
    }
    return results;
}

result<void> writer::transact(const std::function<result<void>(connection&)>& work) {
    const auto on = begin();
    if (!on) return on.error();
    if (auto done = work(**on); !done) {
        undo();
        return done;
    }
    return commit();
}

// Nobody else can take the log over while the transaction stands: one look is enough for all that is stored in it.
std::optional<append_error> writer::begin_as_owner() {
    std::optional<append_error> why;
    if (const int code = begin_.run(); code != SQLITE_DONE) {
        why = unavailable(code);
    } else {
        const scoped_reset end(holder_);
        if (const int read = holder_.step(); read != SQLITE_ROW)
            why = unavailable(read);
        else if (holder_.number(0) != epoch_)
            why = fenced();
    }
    if (why) undo();
    return why;
}

result<connection*> writer::begin() {
    if (const auto why = begin_as_owner()) return make_error(error_kind::storage, why->message);
    return &connection_;
}

result<void> writer::commit() {
    const int code = commit_.run();
    if (code == SQLITE_DONE) return {};
    const error why = make_error(error_kind::storage, unavailable(code).message);
    undo();
    return why;
}

void writer::undo() {
    if (sqlite3_get_autocommit(connection_.raw()) == 0) connection_.execute("ROLLBACK");
}

std::vector<append_result> writer::transaction(std::span<append_request> batch, bool& poisoned) {
    const auto for_all = [&](const append_error& why) { return std::vector<append_result>(batch.size(), append_result(why)); };
    const auto give_up = [&](int code) {
        const append_error why = unavailable(code);
        undo();
        return for_all(why);
    };
    if (const auto why = begin_as_owner()) return for_all(*why);
    std::vector<append_result> results;
    results.reserve(batch.size());
    bool stored = false;
    for (append_request& request : batch) {
        int code = SQLITE_OK;
        results.push_back(append_one(request, code));
        if (code != SQLITE_OK) {
            poisoned = (code & 0xff) == SQLITE_CONSTRAINT;
            return give_up(code);
        }
        stored = stored || (results.back().has_value() && !results.back()->repeated);
    }
    if (const int code = commit_.run(); code != SQLITE_DONE) return give_up(code);
    if (stored) ++commits_;
    return results;
}

append_result writer::append_one(append_request& request, int& code) {
    stored_head before;
    if ((code = peek(request, before)) != SQLITE_OK) return unavailable(code);
    if (before.version != request.expected_version) return why_not(request, before, SQLITE_OK, code);

    appended stored;
    stored.records = chained_records(request, before.hash);
    const int inserted = insert(request, stored.records);
    if ((inserted & 0xff) == SQLITE_CONSTRAINT) return why_not(request, before, inserted, code);
    if (inserted != SQLITE_DONE) {
        code = inserted;
        return unavailable(code);
    }
    auto seq = static_cast<std::uint64_t>(sqlite3_last_insert_rowid(connection_.raw())) - stored.records.size();
    for (event_record& record : stored.records) record.seq = ++seq;
    if (const int head = store_head(request, before, stored.records.back().hash); head != SQLITE_DONE) {
        code = head;
        return unavailable(code);
    }
    if (const int kept = keep_request(request); kept != SQLITE_DONE) {
        code = kept;
        return unavailable(code);
    }
    return stored;
}

int writer::peek(const append_request& request, stored_head& found) {
    const scoped_reset end(peek_);
    const stream_head& head = request.head;
    peek_.bind(1, head.stream.text);
    peek_.bind(2, head.kind);
    peek_.bind(3, head.owner);
    peek_.bind(4, head.name);
    peek_.bind(5, head.provider);
    peek_.bind(6, head.key_fingerprint);
    peek_.bind(7, std::int64_t{head.ended});
    peek_.bind(8, std::int64_t{head.at_rest});
    peek_.bind(9, due_of(head));
    const int code = peek_.step();
    if (code == SQLITE_DONE) return SQLITE_OK;
    if (code != SQLITE_ROW) return code;
    found.version = static_cast<std::uint64_t>(peek_.number(0));
    found.hash = peek_.text(1);
    found.same_keys = peek_.number(2) != 0;
    return SQLITE_OK;
}

int writer::insert(const append_request& request, const std::vector<event_record>& records) {
    const std::size_t size = records.size();
    statement once;
    statement* into = size <= cached_insert_size ? &inserts_[size] : &once;
    if (!*into) {
        auto prepared = statement::prepare(connection_, insert_sql(size));
        if (!prepared) return sqlite3_extended_errcode(connection_.raw());
        *into = std::move(*prepared);
    }
    const scoped_reset end(*into);
    into->bind(1, request.head.stream.text);
    into->bind(2, request.head.kind);
    into->bind(3, static_cast<std::int64_t>(request.expected_version));
    int parameter = first_event_parameter;
    for (const event_record& record : records) {
        into->bind(parameter++, record.type);
        into->bind(parameter++, std::int64_t{record.schema_version});
        into->bind(parameter++, record.event_id);
        into->bind(parameter++, record.at.ms);
        into->bind(parameter++, record.actor);
        into->bind(parameter++, record.command_id);
        into->bind(parameter++, record.data);
        into->bind(parameter++, record.hash);
    }
    return into->step();
}

int writer::store_head(const append_request& request, const stored_head& before, const std::string& hash) {
    const stream_head& head = request.head;
    const bool narrow = before.version > 0 && before.same_keys;
    statement& store = before.version == 0 ? new_head_ : narrow ? next_head_ : change_head_;
    const scoped_reset end(store);
    store.bind(1, head.stream.text);
    store.bind(2, head.state);
    store.bind(3, static_cast<std::int64_t>(head.version));
    store.bind(4, head.definition);
    store.bind(5, hash);
    if (!narrow) {
        store.bind(6, head.kind);
        store.bind(7, head.owner);
        store.bind(8, head.name);
        store.bind(9, head.provider);
        store.bind(10, head.key_fingerprint);
        store.bind(11, std::int64_t{head.ended});
        store.bind(12, std::int64_t{head.at_rest});
        store.bind(13, due_of(head));
    }
    return store.step();
}

int writer::keep_request(const append_request& request) {
    if (request.request.key.empty()) return SQLITE_DONE;
    const scoped_reset end(keep_request_);
    keep_request_.bind(1, request.request.key);
    keep_request_.bind(2, request.request.digest);
    keep_request_.bind(3, request.events.front().at.ms);
    return keep_request_.step();
}

// Nothing was inserted: finds out why. What is really stored counts as repeated, whatever version was expected.
append_result writer::why_not(const append_request& request, const stored_head& found, int insert_code, int& code) {
    const std::string rule = insert_code == SQLITE_OK ? "" : sqlite3_errmsg(connection_.raw());
    appended stored;
    stored.repeated = true;
    bool elsewhere = false;
    for (const new_event& event : request.events) {
        const scoped_reset end(by_event_);
        by_event_.bind(1, event.event_id);
        const int read = by_event_.step();
        if (read == SQLITE_DONE) continue;
        if (read != SQLITE_ROW) {
            code = read;
            return unavailable(code);
        }
        stored.records.push_back(read_record(by_event_));
        elsewhere = elsewhere || stored.records.back().stream != request.head.stream;
    }
    if (stored.records.size() == request.events.size() && !elsewhere) return stored;
    const std::string stream = "stream " + request.head.stream.text;
    if (found.version != request.expected_version)
        return append_error{append_failure::version_conflict,
                            stream + " is at version " + std::to_string(found.version) + ", not " +
                                std::to_string(request.expected_version) + ": somebody else appended to it first."};
    if (!stored.records.empty())
        return append_error{append_failure::version_conflict,
                            "event " + stored.records.front().event_id + " is already in stream " +
                                stored.records.front().stream.text + ": an event id is used once."};
    return append_error{append_failure::unavailable, stream + " was not appended to: " + rule + "."};
}

append_error writer::fenced() {
    return {append_failure::fenced, "the event log " + connection_.path() + " was taken over by " + holder_.text(1) +
                                        ": this process must stop. Nothing was stored."};
}

append_error writer::unavailable(int code) const {
    return {append_failure::unavailable, connection_.explain(code, "cannot be written")};
}

}  // namespace slipway::sqlite
