// Appends to an event log: the one connection that writes, with the lock and the epoch that make it the one.
//
// One thread at a time. A batch is one transaction: one fsync for all its requests, each answered by itself (a conflict
// of one changes nothing for the others). When a batch returns, what it answered with records is on the disk (WAL,
// synchronous=FULL); when the transaction failed, nothing of it is stored and every request is `unavailable`.
//
// Fencing: opening raises writer.epoch in the database, and the statement that inserts events compares it. A process
// that lost the log (somebody removed the lock file, two machines share a directory) gets `fenced` and stores nothing.
//
// A request whose head.version is not expected_version + events.size(), or that has no event, is a bug of the caller:
// std::invalid_argument, before anything is stored.
#pragma once

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/writer_lock.hpp"
#include "engine/ports/event_log.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace slipway::sqlite {

struct writer_options {
    std::string path;
    std::string program = "slipway";  // said to whoever comes second
    bool create_directory = false;    // make the directory (0700) where it is missing
};

class writer {
public:
    // Takes the lock, creates the file (0600) or brings its schema up to date, and raises the epoch. `refused` where
    // another process writes, `unreachable` for everything else; then nothing was created and nothing was changed.
    static result<writer> open(const writer_options& options);

    std::vector<append_result> append(std::vector<append_request> batch);

    // Changes what is kept beside the events, in a transaction of its own: committed where `work` succeeds, undone where
    // it fails. Refused to a process that has lost the log.
    result<void> transact(const std::function<result<void>(connection&)>& work);
    // The same in pieces, for work that is no function. A commit that fails undoes it.
    result<connection*> begin();
    result<void> commit();
    void undo();

    // Throws where the request is a bug of the caller; append() does it too.
    static void check(const append_request& request);

    // Transactions that stored something: shows that appends share commits.
    std::uint64_t commits() const { return commits_; }

private:
    writer(connection on, writer_lock lock) : lock_(std::move(lock)), connection_(std::move(on)) {}

    struct stored_head;

    result<void> start(const std::string& program);
    // A transaction of the log's owner. None: it stands.
    std::optional<append_error> begin_as_owner();
    // `poisoned`: one request broke a rule of the tables half-way, so that nothing of the batch was stored.
    std::vector<append_result> transaction(std::span<append_request> batch, bool& poisoned);
    // `code` is not SQLITE_OK where the whole transaction has to be given up.
    append_result append_one(append_request& request, int& code);
    int peek(const append_request& request, stored_head& found);
    int insert(const append_request& request, const std::vector<event_record>& records);
    int store_head(const append_request& request, const stored_head& before, const std::string& hash);
    int keep_request(const append_request& request);
    append_result why_not(const append_request& request, const stored_head& found, int insert_code, int& code);
    append_error fenced();
    append_error unavailable(int code) const;

    // The lock goes last: the connection is closed, and its WAL is back in the file, before another process may come.
    writer_lock lock_;
    connection connection_;
    std::int64_t epoch_ = 0;
    std::uint64_t commits_ = 0;
    statement begin_, commit_, peek_, new_head_, next_head_, change_head_, keep_request_, by_event_, holder_;
    std::map<std::size_t, statement> inserts_;  // by number of events
};

}  // namespace slipway::sqlite
