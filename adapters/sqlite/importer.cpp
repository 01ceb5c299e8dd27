#include "adapters/sqlite/importer.hpp"

#include "adapters/sqlite/reader.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace slipway::sqlite {

result<std::unique_ptr<importer>> importer::open(const writer_options& options) {
    std::error_code ignored;
    const bool existed = std::filesystem::exists(options.path, ignored);
    auto into = writer::open(options);
    if (!into) return into.error();
    std::unique_ptr<importer> opened(new importer(*std::move(into), options.path, !existed));
    if (auto ready = opened->prepare(); !ready) return ready.error();
    return opened;
}

importer::importer(writer into, std::string path, bool made)
    : writer_(std::move(into)), path_(std::move(path)), made_(made) {}

importer::~importer() {
    if (!committed_) writer_->undo();
    for (statement* one : {&insert_, &select_, &put_head_}) *one = {};
    writer_.reset();  // SQLite removes files by name, so it must not do that after us
    if (committed_ || !made_) return;
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) unlink((path_ + suffix).c_str());
}

result<void> importer::prepare() {
    auto begun = writer_->begin();
    if (!begun) return begun.error();
    into_ = *begun;
    const auto there = into_->number("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM providers)");
    if (!there) return there.error();
    if (*there != 0)
        return make_error(error_kind::refused, "the event log " + path_ +
                                                   " is in use already. An export can only be imported into a new "
                                                   "one: name another place with --db.");
    // All of it is one transaction: what does not fit is written to the disk before its time, and again.
    into_->execute("PRAGMA cache_size = -131072");
    const std::pair<statement*, std::string> all[] = {
        {&insert_, std::string("INSERT INTO events (") + record_columns +
                       ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
        {&select_, std::string("SELECT ") + record_columns + " FROM events WHERE stream = ?1 ORDER BY version"},
        {&put_head_,
         "INSERT INTO streams (stream, kind, state, version, owner, name, provider, key_fingerprint, at_rest, ended, "
         "definition, hash, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"},
    };
    for (const auto& [into, sql] : all) {
        auto prepared = statement::prepare(*into_, sql);
        if (!prepared) return prepared.error();
        *into = *std::move(prepared);
    }
    return {};
}

result<void> importer::set_origin(const log_origin& origin) {
    for (const auto& [key, value] : {std::pair{"install_id", &origin.install_id}, {"created_at", &origin.created_at}})
        if (auto done = into_->run("UPDATE meta SET value = ?2 WHERE key = ?1", {std::string(key), *value}); !done)
            return done;
    return {};
}

std::optional<log_importer::not_taken> importer::add(std::span<const event_record> batch) {
    for (std::size_t at = 0; at < batch.size(); ++at)
        if (auto why = insert(batch[at])) return not_taken{at, *std::move(why)};
    return {};
}

std::optional<error> importer::insert(const event_record& r) {
    const scoped_reset end(insert_);
    insert_.bind(1, static_cast<std::int64_t>(r.seq));
    insert_.bind(2, r.stream.text);
    insert_.bind(3, r.kind);
    insert_.bind(4, static_cast<std::int64_t>(r.version));
    insert_.bind(5, r.type);
    insert_.bind(6, std::int64_t{r.schema_version});
    insert_.bind(7, r.event_id);
    insert_.bind(8, r.at.ms);
    insert_.bind(9, r.actor);
    insert_.bind(10, r.command_id);
    insert_.bind(11, r.data);
    insert_.bind(12, r.hash);
    const int code = insert_.step();
    if (code == SQLITE_DONE) {
        last_seq_ = r.seq;
        return {};
    }
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        return make_error(error_kind::corrupt,
                          std::string("the log does not take it: ") + sqlite3_errmsg(into_->raw()));
    return into_->failure(code, "cannot be written", error_kind::storage);
}

result<std::vector<event_record>> importer::read_stream(const stream_id& stream) {
    const scoped_reset end(select_);
    std::vector<event_record> records;
    select_.bind(1, stream.text);
    int code = SQLITE_ROW;
    while ((code = select_.step()) == SQLITE_ROW) records.push_back(read_record(select_));
    if (code != SQLITE_DONE) return into_->failure(code, "cannot be read", error_kind::storage);
    return records;
}

result<void> importer::put_head(const stream_head& h) {
    const scoped_reset end(put_head_);
    put_head_.bind(1, h.stream.text);
    put_head_.bind(2, h.kind);
    put_head_.bind(3, h.state);
    put_head_.bind(4, static_cast<std::int64_t>(h.version));
    put_head_.bind(5, h.owner);
    put_head_.bind(6, h.name);
    put_head_.bind(7, h.provider);
    put_head_.bind(8, h.key_fingerprint);
    put_head_.bind(9, std::int64_t{h.at_rest});
    put_head_.bind(10, std::int64_t{h.ended});
    put_head_.bind(11, h.definition);
    put_head_.bind(12, h.hash);
    put_head_.bind(13, h.due_at ? std::optional(h.due_at->ms) : std::nullopt);
    const int code = put_head_.step();
    if (code != SQLITE_DONE) return into_->failure(code, "cannot be written", error_kind::storage);
    return {};
}

result<void> importer::commit() {
    // Whoever is to be told of these events was told by the log that they come from.
    if (auto told = into_->run("UPDATE outbox_position SET seq = ?1", {static_cast<std::int64_t>(last_seq_)}); !told)
        return told;
    auto done = writer_->commit();
    committed_ = done.has_value();
    return done;
}

}  // namespace slipway::sqlite
