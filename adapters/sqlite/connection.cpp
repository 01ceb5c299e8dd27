#include "adapters/sqlite/connection.hpp"

#include <cerrno>
#include <cstring>

namespace slipway::sqlite {

namespace {

// A file name as an SQLite URI: only there can a connection ask for immutable=1.
std::string snapshot_uri(const std::string& path) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string uri = path.starts_with('/') ? "file://" : "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            uri += '%';
            uri += hex[static_cast<unsigned char>(c) >> 4];
            uri += hex[static_cast<unsigned char>(c) & 15];
        } else {
            uri += c;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

result<connection> connection::open(const std::string& path, mode how) {
    // Counting every allocation under one lock costs a tenth of an append, and nobody asks for the count. Only possible
    // before the first use of SQLite in this process; too late is not an error.
    static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)uncounted;
    connection opened;
    opened.path_ = path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;  // one thread at a time; codes that say why
    flags |= how == mode::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (how == mode::snapshot) flags |= SQLITE_OPEN_URI;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2((how == mode::snapshot ? snapshot_uri(path) : path).c_str(), &handle, flags, nullptr);
    opened.handle_.reset(handle);
    if (code != SQLITE_OK) return opened.failure(code, "cannot be opened", error_kind::unreachable);
    // Only checkpoints and crash recovery of another connection ever make this wait.
    sqlite3_busy_timeout(handle, 5000);
    // A damaged or foreign file must not lead a write into SQLite's own tables.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return opened;
}

int connection::execute(const std::string& sql) {
    return sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

namespace {

result<statement> prepared(const connection& on, std::string_view sql, const std::vector<connection::value>& parameters) {
    auto made = statement::prepare(on, sql);
    if (!made) return make_error(error_kind::storage, made.error().message);
    int number = 0;
    for (const auto& value : parameters)
        std::visit([&](const auto& v) { made->bind(++number, v); }, value);
    return made;
}

}  // namespace

result<void> connection::run(std::string_view sql, const std::vector<value>& parameters) {
    auto made = prepared(*this, sql, parameters);
    if (!made) return made.error();
    const int code = made->step();
    if (code != SQLITE_DONE) return failure(code, "cannot be written", error_kind::storage);
    return {};
}

result<void> connection::query(std::string_view sql, const std::vector<value>& parameters,
                               const std::function<void(const statement&)>& row) {
    auto made = prepared(*this, sql, parameters);
    if (!made) return made.error();
    int code = SQLITE_ROW;
    while ((code = made->step()) == SQLITE_ROW) row(*made);
    if (code != SQLITE_DONE) return failure(code, "cannot be read", error_kind::storage);
    return {};
}

result<std::int64_t> connection::number(const std::string& sql) {
    auto query = statement::prepare(*this, sql);
    if (!query) return query.error();
    const int code = query->step();
    if (code == SQLITE_ROW) return query->number(0);
    if (code == SQLITE_DONE) return std::int64_t{0};
    return failure(code, "cannot be read", error_kind::unreachable);
}

std::string connection::explain(int code, std::string_view doing) const {
    const std::string start = "the event log " + path_ + " " + std::string(doing) + ": ";
    const int system = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
    switch (code & 0xff) {
        case SQLITE_FULL:
            return start + "the disk is full. Free some space on it; nothing that was acknowledged is lost.";
        case SQLITE_CANTOPEN:
            return start + (system != 0 ? std::strerror(system) : "the file or its directory is not accessible") +
                   ". Check that the path is right and that this user may read and write it.";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return start + "it is read-only for this user. Check the permissions of the file and of its directory.";
        case SQLITE_NOTADB:
            return start + "it is not an SQLite database. Check the path in SLIPWAY_DATABASE_URL.";
        case SQLITE_CORRUPT:
            return start + "it is damaged (" + sqlite3_errmsg(handle_.get()) +
                   "). Run slipway-log verify to see what is left, and restore a copy.";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return start + "another program holds its lock. Find it with fuser and end it.";
        case SQLITE_IOERR:
            return start + "the disk reports an error (" +
                   (system != 0 ? std::strerror(system) : sqlite3_errstr(code)) + "). Check the disk and its space.";
        case SQLITE_NOMEM:
            return start + "there is no memory left.";
        default:
            return start + (handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code)) + ".";
    }
}

error connection::failure(int code, std::string_view doing, error_kind kind) const {
    return make_error(kind, explain(code, doing));
}

result<statement> statement::prepare(const connection& on, std::string_view sql) {
    statement prepared;
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(on.raw(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &handle, nullptr);
    prepared.handle_.reset(handle);
    if (code != SQLITE_OK) return on.failure(code, "cannot be read", error_kind::storage);
    return prepared;
}

std::string statement::text(int column) const {
    std::string found;
    text(column, found);
    return found;
}

void statement::text(int column, std::string& into) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    into.assign(bytes != nullptr ? std::string_view(bytes, size) : std::string_view());
}

}  // namespace slipway::sqlite
