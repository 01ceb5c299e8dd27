// A server that has lost what it had confirmed: a standby took over that had not received everything.
#include "adapters/postgres/event_store.hpp"
#include "adapters/postgres/lease_table.hpp"
#include "adapters/postgres/news_listener.hpp"
#include "tests/adapters/postgres/stores.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

const char* const lose_the_last =
    "CREATE TABLE kept AS SELECT * FROM events ORDER BY seq DESC LIMIT 1; DELETE FROM events WHERE seq = (SELECT seq FROM kept)";
const char* const bring_it_back = "INSERT INTO events SELECT * FROM kept";
const char* const end_connections =
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

struct one_daemon {
    own_database database;
    std::unique_ptr<postgres::event_store> log =
        postgres::event_store::open(database.address(), postgres::event_store::mode::work).value();
    append_result append(std::uint64_t stream, std::uint64_t version) {
        append_request request = make_request(stream, version);
        return wait_for(log->append(std::move(request)));
    }
    void fail_over(const char* to) {
        database.run(to);
        database.run(end_connections);
    }
};

}  // namespace

TEST_CASE("a log that has become shorter than what the process has stored is not worked on, until the event is back") {
    one_daemon d;
    REQUIRE(d.append(1, 0));
    REQUIRE(d.append(2, 0));
    d.fail_over(lose_the_last);
    const auto refused = d.append(1, 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().failure == append_failure::unavailable);
    CHECK(refused.error().message.find("has lost events: number 2 was stored there") != std::string::npos);
    CHECK_FALSE(wait_for(d.log->heads({})));
    postgres::lease_table leases(*d.log, std::chrono::seconds(30));
    CHECK_FALSE(wait_for(leases.claim(make_request(1, 0).head.stream.text)));
    postgres::news_listener news(d.database.address(), d.log->process(), d.log->known());
    CHECK(wait_for(news.next()).trouble.find("has lost events") != std::string::npos);

    // Somebody who does not know of it gives its number to another one.
    d.fail_over("INSERT INTO events SELECT seq, 'other', kind, version, type, schema_version, 'other', at, actor, command_id, "
                "data, hash FROM kept");
    CHECK_FALSE(d.append(1, 1));
    d.fail_over("DELETE FROM events WHERE stream = 'other'");
    d.fail_over(bring_it_back);
    CHECK(d.append(1, 1));
    CHECK(wait_for(d.log->heads({})).value().size() == 2);
}

TEST_CASE("a log that has become shorter than what the process has read is not worked on, either") {
    one_daemon writer;
    REQUIRE(writer.append(1, 0));
    REQUIRE(writer.append(1, 1));
    const auto reader = postgres::event_store::open(writer.database.address(), postgres::event_store::mode::work).value();
    REQUIRE(wait_for(reader->read_all(0, 10)).value().size() == 2);
    writer.fail_over(lose_the_last);
    const auto read = wait_for(reader->read_all(0, 10));
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == error_kind::storage);
}
