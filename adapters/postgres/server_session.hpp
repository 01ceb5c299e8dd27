// A connection to PostgreSQL that is made anew when it is gone, and the one place where libpqxx's exceptions become
// sentences. Whoever works in a transaction may let them fly.
//
// Belongs to one thread, which waits for the server; cut() from any. What connecting costs is paid by the first transaction.
#pragma once

#include "adapters/postgres/server_address.hpp"
#include "engine/base/error.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace pqxx {
class transaction_base;
}

namespace slipway::postgres {

class furthest_event;

using pqxx::transaction_base;

// Why something was not done.
struct trouble {
    enum class kind {
        said_no,      // the work itself did
        rule,         // a row that the tables do not take, or a half one (append_sql.cpp); nothing was stored
        again,        // two transactions stood in each other's way; nothing was stored, and it may be tried again
        unreachable,  // no connection; nothing was stored
        unknown,      // the connection was lost while it was being committed
        other,        // nothing was stored
    };
    kind what = kind::other;
    error why;
};

// What is planned once for each connection, and then only run.
struct prepared_statement {
    std::string name, sql;
};

class session {
public:
    // Where `known` is given, a server that has not got that event is not worked on.
    explicit session(server_address where, std::shared_ptr<const furthest_event> known = {},
                     std::optional<prepared_statement> often = {});
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    using work = std::function<result<void>(transaction_base&)>;
    // Commits where the work succeeds. Where the connection turns out to be gone before that, it is tried once more on
    // another: the work may be called twice.
    std::optional<trouble> transact(const work& what);
    // A statement that only reads, without the price of a transaction around it.
    std::optional<trouble> read(const work& what);
    // Several of them: everything in it sees the same moment, in a held transaction its beginning.
    std::optional<trouble> look(const work& what);
    // Each statement by itself, at once: for one that is a transaction of its own. Nothing is tried again.
    std::optional<trouble> directly(const work& what);

    // A transaction that stays open between calls of in_held(), until it is committed or undone; what happens to the
    // connection meanwhile ends it. Not nested.
    enum class holding { look, change };
    std::optional<trouble> hold(holding what);
    std::optional<trouble> in_held(const work& what);
    std::optional<trouble> commit_held();
    void undo_held();

    // Ends whatever the thread waits for, with an error there: the server has not answered for too long.
    void cut();

    const server_address& where() const { return where_; }

private:
    struct open_connection;
    enum class commits { at_the_end, at_once };
    std::optional<trouble> guarded(const std::function<std::optional<trouble>(bool& is_committing)>& what,
                                   bool& lost_before_commit);
    template <class Transaction>
    std::optional<trouble> attempt(const work& what, commits when, bool& lost_before_commit);
    template <class Transaction>
    std::optional<trouble> attempt_twice(const work& what);
    open_connection& connected();
    void make_ready();  // what is new
    void drop();
    trouble lost(trouble::kind what, const std::string& said) const;

    server_address where_;
    std::shared_ptr<const furthest_event> known_;
    std::string refused_with_;  // the code with which the server did not let this user in when that was last tried
    const std::optional<prepared_statement> often_;
    std::mutex cutting_;  // cut() and the life of the socket
    std::unique_ptr<open_connection> connection_;
};

// "the database x on y does not answer: …", without what may hold a secret.
error explain_sqlstate(const std::string& place, const std::string& sqlstate, const std::string& said);

}  // namespace slipway::postgres
