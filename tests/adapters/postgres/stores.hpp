// The three stores behind one face, for the tests that ask all of them the same: SQLite, PostgreSQL (the server that
// SLIPWAY_TEST_POSTGRES names: a database for each) and the simulated one, whose faults are left out.
#pragma once

#include "adapters/postgres/server_address.hpp"
#include "adapters/simulated/lease_model.hpp"
#include "adapters/simulated/log_model.hpp"
#include "engine/ports/documents.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/leases.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"
#include "engine/ports/secret_store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::test {

enum class store_kind { sqlite, postgres, simulated };
inline std::string name_of(store_kind kind) {
    return kind == store_kind::sqlite ? "SQLite" : kind == store_kind::postgres ? "PostgreSQL" : "simulated";
}
inline bool several_may_write(store_kind kind) { return kind != store_kind::sqlite; }

// What the coroutine returns, run on a loop of its own.
template <class T>
T wait_for(boost::asio::awaitable<T> work) {
    boost::asio::io_context loop(1);
    std::optional<T> out;
    std::exception_ptr failed;
    boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown, T value) {
        failed = thrown;
        if (!thrown) out.emplace(std::move(value));
    });
    loop.run();
    if (failed) std::rethrow_exception(failed);
    return *std::move(out);
}

// In as many pages as it takes: a shared log's may end where it is not known yet whether what is missing will come.
std::vector<event_record> first_records(event_log& log, std::size_t count);

// A database of its own on the test's server, gone with it.
class own_database {
public:
    own_database();
    ~own_database();
    own_database(const own_database&) = delete;
    own_database& operator=(const own_database&) = delete;
    const std::string& url() const { return url_; }
    postgres::server_address address() const { return postgres::server_address::parse(url_).value(); }
    void run(const std::string& sql) const;
    std::string transactions() const;

private:
    std::string name_, url_;
};

// One process's view of a store. The parts are null where the kind has none.
struct opened_store {
    std::unique_ptr<event_log> log;
    std::unique_ptr<slipway::registry> registry;
    std::unique_ptr<slipway::outbox> outbox;
    std::unique_ptr<secret_store> secrets;
    std::unique_ptr<slipway::documents> documents;
    std::unique_ptr<slipway::leases> leases;
};

class store_under_test {
public:
    explicit store_under_test(store_kind kind);
    ~store_under_test();

    // As another process would: a holder of its own. Of SQLite there is one.
    opened_store open();
    void let_all_leases_run_out();
    // PostgreSQL's: draws a number, waits a moment and rolls back.
    void undo_an_append();
    // PostgreSQL's: "12 committed, 3 rolled back", as far as the server has counted them.
    std::string transactions() const { return database_->transactions(); }

    const store_kind kind;

private:
    struct simulated_world;
    std::unique_ptr<own_database> database_;
    std::string directory_;
    std::shared_ptr<simulated_world> world_;
};

}  // namespace slipway::test
