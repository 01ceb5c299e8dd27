#include "adapters/postgres/server_session.hpp"

#include "adapters/postgres/furthest_event.hpp"
#include "adapters/postgres/pqxx_compat.hpp"
#include "adapters/postgres/refused_login.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace slipway::postgres {

namespace {

// Of libpq's answer the first line; the rest is where in the statement.
std::string first_line(std::string_view said) {
    while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.remove_suffix(1);
    std::string line(said.substr(0, said.find('\n')));
    for (const std::string_view prefix : {"ERROR:  ", "FATAL:  "})
        if (const auto at = line.find(prefix); at != std::string::npos) line.erase(0, at + prefix.size());
    return line;
}

bool is_in_class(const std::string& sqlstate, std::string_view two) { return sqlstate.starts_with(two); }

trouble::kind kind_of(const std::string& sqlstate) {
    if (is_in_class(sqlstate, "22") || is_in_class(sqlstate, "23")) return trouble::kind::rule;
    if (is_in_class(sqlstate, "40") || sqlstate == "55P03") return trouble::kind::again;
    return trouble::kind::other;
}

bool has_any_of(const std::string& said, std::initializer_list<const char*> signs) {
    return std::any_of(signs.begin(), signs.end(),
                       [&](const char* sign) { return said.find(sign) != std::string::npos; });
}

// Thrown where a connection is made, and understood in guarded().
struct not_to_be_used {
    error why;
};

// What libpq says by itself, in this program's language, which is English.
bool is_about_trust(const std::string& said) {
    return has_any_of(said, {"certificate", "but SSL was required"});
}
bool is_about_password(const std::string& said) { return has_any_of(said, {"no password supplied"}); }

// Who is slower than that is not asked again why.
constexpr std::chrono::seconds quick_refusal{3};

}  // namespace

error explain_sqlstate(const std::string& place, const std::string& sqlstate, const std::string& said) {
    std::string what_now = ".";
    if (sqlstate == "42501")
        what_now = ". Give this user what it needs there: slipway's tables should belong to the user that it connects as.";
    else if (sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "42883")
        what_now = ": the tables are not as slipway has made them. Restore the database from a backup.";
    else if (is_in_class(sqlstate, "53"))
        what_now = ". Free space or connections there; slipway tries again.";
    else if (sqlstate == "25006")
        what_now =
            ": it is a standby. Name all hosts in SLIPWAY_DATABASE_URL and add target_session_attrs=read-write, so that "
            "the one that takes writes is found.";
    const auto kind = sqlstate == "42501" ? error_kind::configuration : error_kind::storage;
    return make_error(kind, place + " refuses: " + first_line(said) + what_now);
}

struct session::open_connection {
    explicit open_connection(const std::string& text) : to(text) { never_reconnect(to); }
    pqxx::connection to;
    std::unique_ptr<pqxx::transaction_base> held;  // must end before the connection
};

session::session(server_address where, std::shared_ptr<const furthest_event> known,
                 std::optional<prepared_statement> often)
    : where_(std::move(where)), known_(std::move(known)), often_(std::move(often)) {}

session::~session() { drop(); }

session::open_connection& session::connected() {
    if (connection_) return *connection_;
    const auto began = std::chrono::steady_clock::now();
    refused_with_.clear();
    std::unique_ptr<open_connection> fresh;
    try {
        fresh = std::make_unique<open_connection>(where_.connect_text());
    } catch (const pqxx::failure&) {
        if (std::chrono::steady_clock::now() - began < quick_refusal) refused_with_ = knock(where_);
        throw;
    }
    {
        const std::lock_guard lock(cutting_);
        connection_ = std::move(fresh);
    }
    try {
        make_ready();
    } catch (...) {
        drop();
        throw;
    }
    return *connection_;
}

void session::make_ready() {
    if (known_) {
        pqxx::nontransaction first(connection_->to);
        if (auto missing = known_->missing_in(first, where_.place())) throw not_to_be_used{*std::move(missing)};
    }
    if (!often_) return;
    // Left to itself the server plans anew for every short list, which takes as long as carrying it out. A pooler may hand the
    // setting on to others of slipway's connections: what those run by name is this statement as well.
    pqxx::nontransaction(connection_->to).exec("SET plan_cache_mode = force_generic_plan");
    connection_->to.prepare(often_->name, often_->sql);
}

void session::drop() {
    const std::lock_guard lock(cutting_);
    connection_.reset();
}

void session::cut() {
    const std::lock_guard lock(cutting_);
    if (connection_) ::shutdown(connection_->to.sock(), SHUT_RDWR);
}

trouble session::lost(trouble::kind what, const std::string& said) const {
    const bool is_refused = is_for_a_person(refused_with_) || is_about_password(said);
    if (what == trouble::kind::unreachable && is_refused)
        return {what, make_error(error_kind::configuration, where_.place() + " does not let this user in: " +
                                                                first_line(said) + ". Check SLIPWAY_DATABASE_URL.")};
    if (what == trouble::kind::unreachable && is_about_trust(said))
        return {what, make_error(error_kind::configuration,
                                 where_.place() + " is not proven to be the one that is meant: " + first_line(said) +
                                     ". Check the host, sslmode and sslrootcert in SLIPWAY_DATABASE_URL.")};
    const char* after = what == trouble::kind::unknown
                            ? ". Whether what was asked for last has been stored is not known."
                            : ". Check that the server runs and can be reached, and SLIPWAY_DATABASE_URL.";
    return {what, make_error(error_kind::storage, where_.place() + " does not answer: " + first_line(said) + after)};
}

// `lost_before_commit`: nothing was stored and the connection, which there was, is gone.
std::optional<trouble> session::guarded(const std::function<std::optional<trouble>(bool& is_committing)>& what,
                                        bool& lost_before_commit) {
    lost_before_commit = false;
    const bool was_connected = connection_ != nullptr;
    bool is_committing = false;
    try {
        return what(is_committing);
    } catch (const not_to_be_used& e) {
        return trouble{trouble::kind::unreachable, e.why};
    } catch (const pqxx::in_doubt_error& e) {
        drop();
        return lost(trouble::kind::unknown, e.what());
    } catch (const pqxx::statement_completion_unknown& e) {
        drop();
        return lost(trouble::kind::unknown, e.what());
    } catch (const pqxx::transaction_rollback& e) {
        return trouble{trouble::kind::again, explain_sqlstate(where_.place(), "40001", e.what())};
    } catch (const pqxx::sql_error& e) {
        // A server that is told to stop says so in an answer, and then hangs up.
        const std::string state = sqlstate_of(e);
        if (!is_in_class(state, "57") && !is_in_class(state, "08")) {
            if (connection_ && !connection_->to.is_open()) drop();
            return trouble{kind_of(state), explain_sqlstate(where_.place(), state, e.what())};
        }
        drop();
        lost_before_commit = was_connected && !is_committing;
        return lost(is_committing ? trouble::kind::unknown : trouble::kind::unreachable, e.what());
    } catch (const pqxx::failure& e) {  // broken_connection and its like
        drop();
        lost_before_commit = was_connected && !is_committing;
        return lost(is_committing ? trouble::kind::unknown : trouble::kind::unreachable, e.what());
    } catch (const std::exception& e) {
        drop();
        return trouble{trouble::kind::other, make_error(error_kind::storage, where_.place() + ": " + e.what())};
    }
}

template <class Transaction>
std::optional<trouble> session::attempt(const work& what, commits when, bool& lost_before_commit) {
    const auto all = [&](bool& is_committing) -> std::optional<trouble> {
        open_connection& on = connected();
        is_committing = when == commits::at_once;
        Transaction in(on.to);
        if (auto done = what(in); !done) return trouble{trouble::kind::said_no, done.error()};
        is_committing = true;
        in.commit();
        return {};
    };
    return guarded(all, lost_before_commit);
}

// Once more where nothing was stored and only the connection was old.
template <class Transaction>
std::optional<trouble> session::attempt_twice(const work& what) {
    bool lost_before_commit = false;
    auto ended = attempt<Transaction>(what, commits::at_the_end, lost_before_commit);
    if (lost_before_commit) ended = attempt<Transaction>(what, commits::at_the_end, lost_before_commit);
    return ended;
}

std::optional<trouble> session::transact(const work& what) { return attempt_twice<pqxx::work>(what); }

std::optional<trouble> session::read(const work& what) {
    if (connection_ && connection_->held) return in_held(what);
    return attempt_twice<pqxx::nontransaction>(what);
}

std::optional<trouble> session::look(const work& what) {
    if (connection_ && connection_->held) return in_held(what);
    return attempt_twice<snapshot>(what);
}

std::optional<trouble> session::directly(const work& what) {
    bool unused = false;
    return attempt<pqxx::nontransaction>(what, commits::at_once, unused);
}

std::optional<trouble> session::hold(holding what) {
    bool lost_before_commit = false;
    const auto begin = [&](bool&) -> std::optional<trouble> {
        open_connection& on = connected();
        if (what == holding::look)
            on.held = std::make_unique<snapshot>(on.to);
        else
            on.held = std::make_unique<pqxx::work>(on.to);
        execute(*on.held, "SELECT 1", {});  // libpqxx begins, and PostgreSQL takes its snapshot, with the first statement
        return {};
    };
    auto ended = guarded(begin, lost_before_commit);
    if (lost_before_commit) ended = guarded(begin, lost_before_commit);
    return ended;
}

std::optional<trouble> session::in_held(const work& what) {
    bool unused = false;
    const auto run = [&](bool&) -> std::optional<trouble> {
        if (!connection_ || !connection_->held)
            return trouble{trouble::kind::unreachable,
                           make_error(error_kind::storage, where_.place() + ": the connection was lost on the way")};
        if (auto done = what(*connection_->held); !done) return trouble{trouble::kind::said_no, done.error()};
        return {};
    };
    return guarded(run, unused);
}

std::optional<trouble> session::commit_held() {
    bool unused = false;
    const auto commit = [&](bool& is_committing) -> std::optional<trouble> {
        if (!connection_ || !connection_->held) return lost(trouble::kind::unreachable, "the connection was lost");
        is_committing = true;
        connection_->held->commit();
        connection_->held.reset();
        return {};
    };
    return guarded(commit, unused);
}

void session::undo_held() {
    if (connection_) connection_->held.reset();
}

}  // namespace slipway::postgres
