// SQLite's C interface, as thin as it gets: a connection and a statement that clean up after themselves, and one place
// that turns SQLite's codes into sentences for people. Facts: sqlite.org/c3ref, SQLite 3.38 and newer.
//
// A connection and its statements belong to one thread at a time. Statements must die before their connection.
#pragma once

#include "engine/base/error.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::sqlite {

class connection {
public:
    enum class mode {
        read_write,  // the file must exist; an empty one is an empty database
        read_only,
        snapshot,  // read-only and nobody writes: needs no -wal and -shm file, and takes no lock
    };

    static result<connection> open(const std::string& path, mode how);

    // Runs statements that return nothing; the SQLite result code.
    int execute(const std::string& sql);
    // One statement that returns nothing, with its parameters: text or numbers. Errors are of kind storage.
    using value = std::variant<std::int64_t, std::string>;
    result<void> run(std::string_view sql, const std::vector<value>& parameters);
    // Calls `row` for each row of a query's answer.
    result<void> query(std::string_view sql, const std::vector<value>& parameters,
                       const std::function<void(const class statement&)>& row);
    // The first column of the first row; 0 where there is none.
    result<std::int64_t> number(const std::string& sql);

    // "the event log /x/slipway.db cannot be written: the disk is full; …": what `code` means and what to do about it.
    std::string explain(int code, std::string_view doing) const;
    error failure(int code, std::string_view doing, error_kind kind) const;

    sqlite3* raw() const { return handle_.get(); }
    const std::string& path() const { return path_; }

private:
    struct closer {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, closer> handle_;
    std::string path_;
};

// A prepared statement that is used many times: bind, step until it is done, reset. Text is bound without a copy and
// must live until reset.
class statement {
public:
    statement() = default;

    static result<statement> prepare(const connection& on, std::string_view sql);

    void bind(int parameter, std::int64_t value) { sqlite3_bind_int64(handle_.get(), parameter, value); }
    void bind(int parameter, std::string_view value) {
        sqlite3_bind_text64(handle_.get(), parameter, value.data() ? value.data() : "", value.size(), SQLITE_STATIC,
                            SQLITE_UTF8);
    }
    void bind(int parameter, std::optional<std::int64_t> value) {
        if (value)
            bind(parameter, *value);
        else
            sqlite3_bind_null(handle_.get(), parameter);
    }

    explicit operator bool() const { return handle_ != nullptr; }

    int step() { return sqlite3_step(handle_.get()); }
    void reset() { sqlite3_reset(handle_.get()); }
    // Steps once and resets: for statements without rows. SQLITE_DONE is success.
    int run() {
        const int code = step();
        reset();
        return code;
    }

    std::int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
    bool is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
    // Every byte as it is stored, whatever the type: a damaged row is shown, not hidden.
    std::string text(int column) const;
    void text(int column, std::string& into) const;  // the memory of which is used again

private:
    struct closer {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, closer> handle_;
};

// Resets a statement when the scope ends, so that no read transaction is left open (it would keep the WAL from being
// reused) and no pointer to a caller's text stays bound.
class scoped_reset {
public:
    explicit scoped_reset(statement& on) : on_(on) {}
    ~scoped_reset() { on_.reset(); }
    scoped_reset(const scoped_reset&) = delete;
    scoped_reset& operator=(const scoped_reset&) = delete;

private:
    statement& on_;
};

}  // namespace slipway::sqlite
