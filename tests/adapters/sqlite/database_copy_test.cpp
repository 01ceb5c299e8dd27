// A copy of a log that is being written: whole, of one moment, and never over anything.
#include "adapters/sqlite/database_copy.hpp"
#include "tests/adapters/sqlite/support.hpp"

#include <sys/stat.h>

#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace {

using completing = std::function<result<void>(sqlite::reader& copy)>;
const completing nothing_more = [](sqlite::reader&) { return result<void>(); };

result<void> made_copy(const std::string& from, const std::string& to, const completing& complete = nothing_more) {
    auto log = sqlite::reader::open(from);
    if (!log) return log.error();
    return sqlite::copy_database(*log, to, complete);
}

}  // namespace

TEST_CASE("what is only in -wal yet is in the copy, which is one private file; the writer goes on") {
    const temporary_directory at;
    auto writer = open_writer(at / "s.db");
    for (std::uint64_t i = 1; i <= 40; ++i) append_one(writer, make_request(i, 0, 3));
    REQUIRE(made_copy(at / "s.db", at / "copy.db"));
    append_one(writer, make_request(41, 0, 3));
    auto made = sqlite::reader::open_alone(at / "copy.db");
    REQUIRE(made);
    CHECK(made->event_count().value() == 120);
    CHECK(made->integrity(check_depth::whole).value().empty());
    struct stat info {};
    REQUIRE(stat((at / "copy.db").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);
    CHECK(at.files() == std::vector<std::string>{"copy.db", "s.db", "s.db-shm", "s.db-wal", "s.db.lock"});
    auto again = open_writer(at / "copy.db");  // it is a log like others
    append_one(again, make_request(42, 0));
}

TEST_CASE("a copy is never made over what is there, nor beside what would be taken for part of it") {
    const temporary_directory at;
    auto writer = open_writer(at / "s.db");
    for (const std::string suffix : {"", "-wal", "-shm", "-journal"}) {
        std::ofstream(at / ("there.db" + suffix)) << "mine";
        const auto refused = made_copy(at / "s.db", at / "there.db");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == error_kind::refused);
        CHECK_THAT(refused.error().message, contains("there.db" + suffix + " is there already"));
        REQUIRE(std::filesystem::remove(at / ("there.db" + suffix)));
    }
    // Somebody makes it meanwhile.
    const auto lost = made_copy(at / "s.db", at / "there.db", [&](sqlite::reader&) {
        std::ofstream(at / "there.db") << "mine";
        return result<void>();
    });
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == error_kind::refused);
    CHECK(std::filesystem::file_size(at / "there.db") == 4);
}

TEST_CASE("of a damaged log, or where what belongs to it cannot be kept, there is no copy") {
    const temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        for (std::uint64_t i = 1; i <= 200; ++i) append_one(writer, make_request(i, 0, 3));
    }
    const auto incomplete = made_copy(at / "s.db", at / "copy.db", [](sqlite::reader& made) -> result<void> {
        CHECK(made.event_count().value() == 600);
        return make_error(error_kind::storage, "no room for the secret");
    });
    REQUIRE_FALSE(incomplete);
    CHECK(incomplete.error().message == "no room for the secret");
    {
        std::fstream file(at / "s.db", std::ios::binary | std::ios::in | std::ios::out);
        for (std::streamoff page = 40; page < 60; ++page) {
            file.seekp(page * 4096);
            file.write(std::string(200, '\xff').data(), 200);
        }
    }
    const auto damaged = made_copy(at / "s.db", at / "copy.db");
    REQUIRE_FALSE(damaged);
    CHECK_THAT(damaged.error().message, contains("damaged"));
    CHECK(made_copy(at / "nothing.db", at / "copy.db").error().kind == error_kind::unreachable);
    for (const std::string& name : at.files()) CHECK_FALSE(name.starts_with("copy.db"));
}
