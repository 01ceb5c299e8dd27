#include "tools/slipway-bench/raw_inserts.hpp"
#include "tools/slipway-bench/raw_scans.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace slipway::bench {

namespace {

class raw_sqlite final : public raw_inserts {
public:
    explicit raw_sqlite(const std::string& path) {
        must(sqlite3_open_v2(path.c_str(), &file_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
            "CREATE TABLE raw_events (seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT "
            "NULL, type TEXT NOT NULL, schema_version INTEGER NOT NULL, event_id TEXT NOT NULL, at INTEGER NOT NULL, actor "
            "TEXT NOT NULL, command_id TEXT NOT NULL, data TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (stream, version))");
        must(sqlite3_prepare_v2(file_,
                                "INSERT INTO raw_events (stream, kind, version, type, schema_version, event_id, at, actor, "
                                "command_id, data, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                                -1, &insert_, nullptr));
        must(sqlite3_prepare_v2(file_, "BEGIN IMMEDIATE", -1, &begin_, nullptr));
        must(sqlite3_prepare_v2(file_, "COMMIT", -1, &commit_, nullptr));
    }
    ~raw_sqlite() override {
        for (sqlite3_stmt* one : {insert_, begin_, commit_}) sqlite3_finalize(one);
        sqlite3_close(file_);
    }
    raw_sqlite(const raw_sqlite&) = delete;
    raw_sqlite& operator=(const raw_sqlite&) = delete;

    void insert(std::span<const event_record> batch) override {
        step(begin_);
        for (const event_record& r : batch) {
            bind(1, r.stream.text);
            bind(2, r.kind);
            bind(3, static_cast<std::int64_t>(r.version));
            bind(4, r.type);
            bind(5, r.schema_version);
            bind(6, r.event_id);
            bind(7, r.at.ms);
            bind(8, r.actor);
            bind(9, r.command_id);
            bind(10, r.data);
            bind(11, r.hash);
            step(insert_);
        }
        step(commit_);
    }

private:
    void must(int code) {
        if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(file_));
    }
    void run(const char* sql) { must(sqlite3_exec(file_, sql, nullptr, nullptr, nullptr)); }
    void bind(int at, const std::string& text) {
        sqlite3_bind_text(insert_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    }
    void bind(int at, std::int64_t number) { sqlite3_bind_int64(insert_, at, number); }
    void step(sqlite3_stmt* what) {
        if (sqlite3_step(what) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(file_));
        sqlite3_reset(what);
    }

    sqlite3* file_ = nullptr;
    sqlite3_stmt *insert_ = nullptr, *begin_ = nullptr, *commit_ = nullptr;
};

struct closer {
    void operator()(sqlite3* file) const { sqlite3_close(file); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using file_handle = std::unique_ptr<sqlite3, closer>;

file_handle open_to_scan(const std::string& path) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    file_handle file(opened);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(file.get()));
    return file;
}

}  // namespace

std::unique_ptr<raw_inserts> raw_inserts_into_file(const std::string& path) { return std::make_unique<raw_sqlite>(path); }

scanned scan_file(const std::string& path) {
    const file_handle file = open_to_scan(path);
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(file.get(),
                           "SELECT seq, stream, kind, version, type, schema_version, event_id, at, actor, command_id, data, "
                           "hash FROM events ORDER BY seq",
                           -1, &made, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(file.get()));
    const std::unique_ptr<sqlite3_stmt, closer> row(made);
    const int columns = sqlite3_column_count(row.get());
    scanned found;
    int code = SQLITE_ROW;
    for (; (code = sqlite3_step(row.get())) == SQLITE_ROW; ++found.rows)
        for (int i = 0; i < columns; ++i)
            if (sqlite3_column_type(row.get(), i) == SQLITE_INTEGER)
                found.bytes += sqlite3_column_int64(row.get(), i) != 0 ? sizeof(std::int64_t) : 0;
            else if (sqlite3_column_text(row.get(), i) != nullptr)
                found.bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(row.get(), i));
    if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(file.get()));
    return found;
}

}  // namespace slipway::bench
