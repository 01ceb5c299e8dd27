// One process writes: the lock says so in time, the epoch makes it true.
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

using namespace slipway;
using namespace slipway::test;

TEST_CASE("a second writer is refused and told who the first is") {
    temporary_directory at;
    auto first = sqlite::writer::open({at / "s.db", "slipwayd", false});
    REQUIRE(first);
    const std::string said = in_child([&]() -> std::string {
        auto second = sqlite::writer::open({at / "s.db", "slipway", false});
        if (second) return "was opened";
        return (second.error().kind == error_kind::refused ? "refused: " : "other: ") + second.error().message;
    });
    CHECK_THAT(said, contains("refused: the event log " + (at / "s.db") + " is in use by slipwayd (pid " +
                              std::to_string(getpid()) + "). Talk to it instead"));
    CHECK(append_one(*first, make_request(1, 0)));
    CHECK(std::filesystem::exists(at / "s.db.lock"));
}

TEST_CASE("who is no daemon is not to be talked to") {
    temporary_directory at;
    auto first = sqlite::writer::open({at / "s.db", "slipway", false});
    REQUIRE(first);
    const std::string said = in_child([&]() -> std::string {
        auto second = sqlite::writer::open({at / "s.db", "slipwayd", false});
        return second ? "was opened" : second.error().message;
    });
    CHECK_THAT(said, contains("is in use by slipway (pid ") && contains("Wait until that has ended, or stop it"));
}

TEST_CASE("the lock ends with its holder, however that ended") {
    temporary_directory at;
    in_child([&]() -> std::string {
        auto writer = open_writer(at / "s.db");
        append_one(writer, make_request(1, 0)).value();
        _exit(0);  // no destructor runs
    });
    auto next = open_writer(at / "s.db");
    CHECK(append_one(next, make_request(1, 1)));
}

TEST_CASE("a writer that lost the log stores nothing any more") {
    temporary_directory at;
    auto old = open_writer(at / "s.db");
    REQUIRE(append_one(old, make_request(1, 0)));
    std::filesystem::remove(at / "s.db.lock");  // somebody "cleans up" while it runs
    auto thief = sqlite::writer::open({at / "s.db", "thief", false});
    REQUIRE(thief);

    std::vector<append_request> batch;
    batch.push_back(make_request(1, 1));
    batch.push_back(make_request(2, 0));
    batch.push_back(make_request(1, 0));  // what it had stored before: still, it must stop
    for (const auto& answer : old.append(std::move(batch))) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().failure == append_failure::fenced);
        CHECK_THAT(answer.error().message, contains("was taken over by thief (pid"));
    }
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(reader.last_seq().value() == 1);
    CHECK(reader.heads({}).value().size() == 1);
    CHECK(append_one(*thief, make_request(1, 1)));
    CHECK(append_one(*thief, make_request(2, 0)));
}

TEST_CASE("the statement itself is fenced: the epoch may change between looking and storing") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    // The check that comes first passes (the version is right); only the insert's own condition can say no.
    run_sql(at / "s.db", "UPDATE writer SET epoch = epoch + 1, holder = 'other'");
    const auto answer = append_one(writer, make_request(1, 0));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().failure == append_failure::fenced);
    CHECK(sqlite::reader::open(at / "s.db").value().last_seq().value() == 0);
}

TEST_CASE("a lock file that was left behind by anybody is no obstacle") {
    temporary_directory at;
    std::ofstream(at / "s.db.lock") << "slipwayd (pid 1)\n" << std::string(500, 'x');
    auto writer = open_writer(at / "s.db");
    CHECK(append_one(writer, make_request(1, 0)));
}
