// Opening the log: who may, what is created, what is refused, and what the sentence says.
#include "adapters/sqlite/migrations.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace {

error writer_error(const std::string& path) {
    auto opened = sqlite::writer::open({path, "slipway-test", false});
    return opened ? make_error(error_kind::failed, "was opened") : opened.error();
}

error reader_error(const std::string& path) {
    auto opened = sqlite::reader::open(path);
    return opened ? make_error(error_kind::failed, "was opened") : opened.error();
}

// Root reads and writes everything: permissions are tested as somebody else.
std::string as_nobody(const std::function<std::string()>& work) {
    return in_child([&]() -> std::string {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return "cannot become nobody";
        return work();
    });
}

mode_t mode_of(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

}  // namespace

TEST_CASE("a new log is private, has an install id and the newest version") {
    temporary_directory at;
    const mode_t before = umask(0);
    auto writer = open_writer(at / "s.db");
    umask(before);
    CHECK(mode_of(at / "s.db") == 0600);
    CHECK(mode_of(at / "s.db-wal") == 0600);
    CHECK(mode_of(at / "s.db-shm") == 0600);
    CHECK(mode_of(at / "s.db.lock") == 0600);
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(is_uuid(reader.install_id()));
    CHECK(reader.install_id()[14] == '4');
    auto on = sqlite::connection::open(at / "s.db", sqlite::connection::mode::read_only).value();
    CHECK(on.number("PRAGMA user_version").value() == static_cast<int>(sqlite::migrations().size()));
    CHECK(on.number("SELECT count(*) FROM schema_migrations").value() == static_cast<int>(sqlite::migrations().size()));
    CHECK(on.number("PRAGMA application_id").value() == sqlite::application_id);
}

TEST_CASE("the install id stays, and so does what was appended") {
    temporary_directory at;
    std::string id;
    {
        auto writer = open_writer(at / "s.db");
        REQUIRE(append_one(writer, make_request(1, 0)));
        id = sqlite::reader::open(at / "s.db").value().install_id();
    }
    CHECK(at.files() == std::vector<std::string>{"s.db", "s.db.lock"});  // a clean end leaves one file and the lock
    auto writer = open_writer(at / "s.db");
    REQUIRE(append_one(writer, make_request(1, 1)));
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(reader.install_id() == id);
    CHECK(reader.last_seq().value() == 2);
    CHECK(sqlite::reader::open(at / "s.db").value().integrity(check_depth::whole).value().empty());
}

TEST_CASE("two logs have two install ids") {
    temporary_directory at;
    auto one = open_writer(at / "1.db"), two = open_writer(at / "2.db");
    CHECK(sqlite::reader::open(at / "1.db").value().install_id() !=
          sqlite::reader::open(at / "2.db").value().install_id());
}

TEST_CASE("a missing directory is named, and made only where slipway owns the place") {
    temporary_directory at;
    const error why = writer_error(at / "a/b/s.db");
    CHECK(why.kind == error_kind::unreachable);
    CHECK_THAT(why.message, contains("a/b: No such file or directory. Create it"));
    CHECK(at.files().empty());
    auto writer = sqlite::writer::open({at / "a/b/s.db", "slipway-test", true});
    REQUIRE(writer);
    CHECK(mode_of(at / "a/b") == 0700);
}

TEST_CASE("what is no event log is refused and left as it is") {
    temporary_directory at;
    SECTION("a text file") {
        std::ofstream(at / "s.db") << "This is a text file, and it is long enough to have a header of SQLite's size.\n"
                                   << std::string(200, 'x');
        CHECK_THAT(writer_error(at / "s.db").message, contains("is not an SQLite database"));
        CHECK_THAT(reader_error(at / "s.db").message, contains("is not an SQLite database"));
    }
    SECTION("another program's database") {
        run_sql(at / "s.db", "CREATE TABLE t (x); PRAGMA user_version = 1");
        CHECK_THAT(writer_error(at / "s.db").message, contains("not an event log of slipway"));
        CHECK_THAT(reader_error(at / "s.db").message, contains("not an event log of slipway"));
    }
    SECTION("a log of a newer version") {
        open_writer(at / "s.db");
        std::filesystem::remove(at / "s.db.lock");
        run_sql(at / "s.db", "PRAGMA user_version = 99");
        for (const error& why : {writer_error(at / "s.db"), reader_error(at / "s.db")}) {
            CHECK(why.kind == error_kind::unreachable);
            CHECK_THAT(why.message, contains("newer slipway (schema version 99"));
            CHECK_THAT(why.message, contains("Upgrade slipway"));
        }
    }
    const std::string before = text_of_file(at / "s.db");
    CHECK(writer_error(at / "s.db").kind == error_kind::unreachable);
    CHECK(reader_error(at / "s.db").kind == error_kind::unreachable);
    CHECK(text_of_file(at / "s.db") == before);
    CHECK(at.files() == std::vector<std::string>{"s.db"});
}

TEST_CASE("a directory in the file's place is refused") {
    temporary_directory at;
    std::filesystem::create_directory(at / "s.db");
    CHECK_THAT(writer_error(at / "s.db").message, contains("Is a directory"));
    CHECK_THAT(reader_error(at / "s.db").message, contains("Is a directory"));
    CHECK(at.files() == std::vector<std::string>{"s.db"});
}

TEST_CASE("an empty file becomes a log; a reader says that it is none yet") {
    temporary_directory at;
    std::ofstream(at / "s.db").close();
    CHECK_THAT(reader_error(at / "s.db").message, contains("has not created its event log there yet"));
    CHECK(at.files() == std::vector<std::string>{"s.db"});
    auto writer = open_writer(at / "s.db");
    CHECK(append_one(writer, make_request(1, 0)));
}

TEST_CASE("a reader creates nothing") {
    temporary_directory at;
    CHECK_THAT(reader_error(at / "s.db").message, contains("No such file or directory"));
    CHECK(reader_error(at / "s.db").kind == error_kind::unreachable);
    CHECK(at.files().empty());
}

TEST_CASE("a file that this user may not read is refused, and nothing is created") {
    temporary_directory at;
    open_writer(at / "s.db");
    std::filesystem::remove(at / "s.db.lock");
    chmod(at.path().c_str(), 0755);
    chmod((at / "s.db").c_str(), 0);
    CHECK_THAT(as_nobody([&] { return reader_error(at / "s.db").message; }),
               contains("cannot be opened: Permission denied"));
    // The lock comes first, and the directory says no.
    CHECK_THAT(as_nobody([&] { return writer_error(at / "s.db").message; }), contains("Permission denied"));
    chmod(at.path().c_str(), 0777);
    CHECK_THAT(as_nobody([&] { return writer_error(at / "s.db").message; }),
               contains("cannot be opened for writing: Permission denied"));
    CHECK(at.files() == std::vector<std::string>{"s.db"});
}

TEST_CASE("a clean log can be read where nothing can be written") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        REQUIRE(append_one(writer, make_request(1, 0)));
    }
    chmod((at / "s.db").c_str(), 0444);
    chmod(at.path().c_str(), 0555);
    const std::string said = as_nobody([&] {
        auto reader = sqlite::reader::open(at / "s.db");
        if (!reader) return reader.error().message;
        return std::to_string(reader->last_seq().value()) + " event";
    });
    chmod(at.path().c_str(), 0755);
    CHECK(said == "1 event");
    CHECK(at.files() == std::vector<std::string>{"s.db", "s.db.lock"});
}

TEST_CASE("a reader works beside a writer and changes nothing when it was alone") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        auto reader = sqlite::reader::open(at / "s.db").value();
        for (std::uint64_t i = 0; i < 50; ++i) {
            REQUIRE(append_one(writer, make_request(1, i)));
            CHECK(reader.last_seq().value() == i + 1);
        }
        auto late = sqlite::reader::open(at / "s.db").value();
        CHECK(late.last_seq().value() == 50);
    }
    const std::string before = text_of_file(at / "s.db");
    { CHECK(sqlite::reader::open(at / "s.db").value().last_seq().value() == 50); }
    CHECK(text_of_file(at / "s.db") == before);
    open_writer(at / "s.db");  // takes the empty -wal and -shm away that SQLite makes for readers
    CHECK(at.files() == std::vector<std::string>{"s.db", "s.db.lock"});
}

TEST_CASE("a reader that was there first sees what a writer stores later") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        REQUIRE(append_one(writer, make_request(1, 0)));
    }
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(reader.last_seq().value() == 1);
    auto writer = open_writer(at / "s.db");
    REQUIRE(append_one(writer, make_request(1, 1)));
    CHECK(reader.last_seq().value() == 2);
}
