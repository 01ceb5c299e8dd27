// A store is opened by what its URL says, and answers through ports: a log that runs, one that is read, one that is filled.
#include "adapters/composition/store.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

using namespace slipway;
using namespace slipway::test;
using composition::if_damaged;
using composition::open_importer;
using composition::open_reader;
using composition::open_store;

namespace {

std::unique_ptr<log_reader> reader_of(const std::string& path) {
    return open_reader({path, false}, if_damaged::refuse).value();
}

std::vector<event_record> all_of(log_reader& log, std::uint64_t after = 0) {
    std::vector<event_record> found;
    REQUIRE(log.visit(after, [&](event_record& r) {
        found.push_back(r);
        return true;
    }));
    return found;
}

void fill(const std::string& path, std::uint64_t streams, std::size_t events) {
    auto writer = open_writer(path);
    for (std::uint64_t n = 1; n <= streams; ++n) append_one(writer, make_request(n, 0, events)).value();
}

}  // namespace

TEST_CASE("a store is made when it is opened to work with, and not by looking") {
    temporary_directory at;
    const composition::location place{at / "a/s.db", true};
    CHECK_FALSE(composition::store_exists(place));
    CHECK(open_reader(place, if_damaged::show).error().kind == error_kind::unreachable);
    CHECK(at.files().empty());
    {
        auto store = open_store(place).value();
        CHECK(composition::store_exists(place));
        CHECK(store.leases == nullptr);
        CHECK(is_uuid(store.log->install_id()));
        const auto second = open_store(place);
        REQUIRE_FALSE(second);
        CHECK(second.error().kind == error_kind::refused);
        CHECK_THAT(second.error().message, contains("is in use by store_test (pid "));
        const auto holder = reader_of(place.path)->holder();
        REQUIRE(holder);
        CHECK(holder->who == "store_test (pid " + std::to_string(getpid()) + ")");
        CHECK(holder->running);
    }
    CHECK_FALSE(reader_of(place.path)->holder()->running);
    const composition::location elsewhere{at / "b/s.db", false};
    CHECK(open_store(elsewhere).error().kind == error_kind::unreachable);
}

TEST_CASE("what a running engine writes is what a reader sees, through ports alone") {
    temporary_directory at;
    auto store = open_store({at / "s.db", false}).value();
    auto log = reader_of(at / "s.db");
    CHECK(log->place() == at / "s.db");
    CHECK(log->install_id() == store.log->install_id());
    CHECK(parse_rfc3339(log->created_at()).has_value());
    CHECK(log->schema().found == log->schema().newest);
    CHECK(log->event_count().value() == 0);
    boost::asio::io_context loop(1);
    std::exception_ptr failed;
    boost::asio::co_spawn(loop, store.log->append(make_request(1, 0, 3)),
                          [&](std::exception_ptr e, const append_result&) { failed = e; });
    loop.run();
    CHECK_FALSE(failed);
    CHECK(log->event_count().value() == 3);
    CHECK(log->last_seq().value() == 3);
    CHECK(log->heads({}).value().size() == 1);
    CHECK(log->streams_with_events().value() == std::vector<stream_id>{stream_number(1)});
    CHECK(log->read_stream(stream_number(1), 1).value().size() == 2);
    CHECK(all_of(*log).size() == 3);
    CHECK_FALSE(log->cut_off().has_value());
    CHECK(log->integrity(check_depth::quick).value().empty());
    CHECK(log->integrity(check_depth::whole).value().empty());
    auto other = log->another().value();
    CHECK(all_of(*other).size() == 3);
}

TEST_CASE("a visit gives all records in order, from anywhere, over its pages, and ends when it is told to") {
    temporary_directory at;
    fill(at / "s.db", 13, 200);  // more than two of its pages
    auto log = reader_of(at / "s.db");
    for (const std::uint64_t after : {0u, 1u, 99u, 100u, 101u, 1099u, 1100u, 2599u, 2600u, 9999u}) {
        const auto found = all_of(*log, after);
        CHECK(found.size() == (after < 2600 ? 2600 - after : 0));
        for (std::size_t i = 0; i < found.size(); ++i) REQUIRE(found[i].seq == after + i + 1);
    }
    int taken = 0;
    REQUIRE(log->visit(0, [&](event_record&) { return ++taken < 150; }));
    CHECK(taken == 150);
}

TEST_CASE("a visit holds nothing up: a writer goes on, and what it stores meanwhile is met") {
    temporary_directory at;
    fill(at / "s.db", 1, 200);
    auto writer = open_writer(at / "s.db");
    auto log = reader_of(at / "s.db");
    std::uint64_t last = 0;
    REQUIRE(log->visit(0, [&](event_record& r) {
        if (r.seq == 1) {
            append_one(writer, make_request(2, 0)).value();
            // Everything of the -wal file can go back: no read is open.
            run_sql(at / "s.db", "PRAGMA wal_checkpoint(TRUNCATE)");
            CHECK(std::filesystem::file_size(at / "s.db-wal") == 0);
        }
        last = r.seq;
        return true;
    }));
    CHECK(last == 201);
}

TEST_CASE("a snapshot holds the log as it was") {
    temporary_directory at;
    fill(at / "s.db", 1, 3);
    auto writer = open_writer(at / "s.db");
    auto log = reader_of(at / "s.db");
    {
        const log_reader::snapshot together(*log);
        append_one(writer, make_request(2, 0)).value();
        CHECK(log->last_seq().value() == 3);
        CHECK(all_of(*log).size() == 3);
        CHECK(log->heads({}).value().size() == 1);
    }
    CHECK(log->last_seq().value() == 4);
}

TEST_CASE("a log of an earlier version is read as it is; whoever works with it brings it up to date") {
    temporary_directory at;
    const composition::location place{at / "s.db", false};
    for (const sqlite::migration& step : sqlite::migrations().first(2)) run_sql(place.path, step.sql);
    run_sql(place.path, "INSERT INTO meta VALUES ('install_id', 'i'), ('created_at', 'c'); PRAGMA user_version = 2; "
                        "PRAGMA application_id = " +
                            std::to_string(sqlite::application_id));
    const append_request request = make_request(1, 0);
    const new_event& e = request.events.front();
    run_sql(place.path, "INSERT INTO events VALUES (1, '" + request.head.stream.text + "', 'vm', 1, '" + e.type +
                            "', 1, '" + e.event_id + "', 5, 'engine', '', '{}', '" + std::string(64, 'a') + "')");
    {
        auto log = reader_of(place.path);
        CHECK(log->schema().found == 2);
        CHECK(log->schema().newest > 2);
        CHECK(log->install_id() == "i");
        CHECK(all_of(*log).size() == 1);
        CHECK(log->read_stream(request.head.stream, 0).value().size() == 1);
        CHECK_FALSE(log->kept("installation").value().has_value());
        const auto whole = composition::open_store_to_read(place);
        REQUIRE_FALSE(whole);
        CHECK_THAT(whole.error().message, contains("was written by an older slipway (schema version 2)"));
    }
    { CHECK(open_store(place).has_value()); }
    auto log = reader_of(place.path);
    CHECK(log->schema().found == log->schema().newest);
    CHECK(all_of(*log).size() == 1);
    CHECK(composition::open_store_to_read(place).has_value());
}

TEST_CASE("what was imported and committed is a log; what was not is nothing") {
    temporary_directory at;
    fill(at / "a.db", 2, 3);
    auto records = all_of(*reader_of(at / "a.db"));
    const auto head = reader_of(at / "a.db")->heads({}).value().front();
    {
        auto into = open_importer({at / "b.db", false}).value();
        CHECK(into->place() == at / "b.db");
        REQUIRE_FALSE(into->add(records));
    }
    for (const std::string& left : at.files()) CHECK_FALSE(left.starts_with("b.db"));

    {
        auto into = open_importer({at / "b.db", false}).value();
        REQUIRE(into->set_origin({"the-first", "2025-01-01T00:00:00.000Z"}));
        REQUIRE_FALSE(into->add(std::span(records).first(2)));
        auto again = std::vector<event_record>(records.begin() + 2, records.end());
        again[1].event_id = records[0].event_id;
        const auto refused = into->add(again);
        REQUIRE(refused);
        CHECK(refused->at == 1);
        CHECK(refused->why.kind == error_kind::corrupt);
        CHECK_THAT(refused->why.message, contains("the log does not take it"));
        again.erase(again.begin(), again.begin() + 1);
        again[0].event_id = records[3].event_id;
        REQUIRE_FALSE(into->add(again));
        CHECK(into->read_stream(stream_number(1)).value().size() == 3);
        REQUIRE(into->put_head(head));
        REQUIRE(into->commit());
    }
    auto log = reader_of(at / "b.db");
    CHECK(log->install_id() == "the-first");
    CHECK(log->created_at() == "2025-01-01T00:00:00.000Z");
    CHECK(all_of(*log).size() == records.size());
    CHECK(log->heads({}).value().front().hash == head.hash);
    const auto again = open_importer({at / "b.db", false});
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == error_kind::refused);
    CHECK(all_of(*log).size() == records.size());
}
