// Where the log is: URLs and the default place.
#include "adapters/composition/database_url.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace slipway;
using namespace slipway::test;

namespace {

composition::variable_lookup of(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return {};
        return found->second;
    };
}

}  // namespace

TEST_CASE("a database URL names a file") {
    CHECK(composition::path_from_url("sqlite:/var/lib/s.db").value() == "/var/lib/s.db");
    CHECK(composition::path_from_url("sqlite:///var/lib/s.db").value() == "/var/lib/s.db");
    CHECK(composition::path_from_url("sqlite:s.db").value() == "s.db");
    CHECK(composition::path_from_url("sqlite:a:b?c#d%20.db").value() == "a:b?c#d%20.db");
    CHECK(composition::path_from_url("sqlite::memory:").value() == "./:memory:");
}

TEST_CASE("any other URL is refused with a sentence that says what to write") {
    const auto why = [](std::string_view url) {
        const auto path = composition::path_from_url(url);
        return path ? "accepted" : (path.error().kind == error_kind::usage ? "" : "kind! ") + path.error().message;
    };
    CHECK_THAT(why("mysql://u:secret@x"), contains("unknown scheme \"mysql\""));
    CHECK_THAT(why("mysql://u:secret@x"), !contains("secret"));
    CHECK_THAT(why("/var/lib/s.db"), contains("Write sqlite:PATH, for example sqlite:/var/lib/s.db."));
    CHECK_THAT(why(""), contains("has no scheme"));
    CHECK_THAT(why("sqlite:"), contains("names no file"));
    CHECK_THAT(why("sqlite:/var/lib/"), contains("names no file"));
    CHECK_THAT(why("sqlite://host/s.db"), contains("SQLite is a file"));
}

TEST_CASE("the place is what was said, else the state directory") {
    const auto path = [](std::optional<std::string> url, const composition::variable_lookup& variables) {
        const auto place = composition::locate(std::move(url), variables).value();
        return place.path + (place.by_default ? " by default" : "");
    };
    CHECK(path("sqlite:a.db", of({{"SLIPWAY_DATABASE_URL", "sqlite:b.db"}})) == "a.db");
    CHECK(path({}, of({{"SLIPWAY_DATABASE_URL", "sqlite:b.db"}, {"HOME", "/h"}})) == "b.db");
    CHECK(path({}, of({{"STATE_DIRECTORY", "/var/lib/slipway:/var/lib/two"}, {"HOME", "/h"}})) ==
          "/var/lib/slipway/slipway.db by default");
    CHECK(path({}, of({{"XDG_STATE_HOME", "/x"}, {"HOME", "/h"}})) == "/x/slipway/slipway.db by default");
    CHECK(path({}, of({{"XDG_STATE_HOME", ""}, {"HOME", "/h"}})) == "/h/.local/state/slipway/slipway.db by default");
    CHECK(composition::locate({}, of({})).error().kind == error_kind::configuration);
}

TEST_CASE("a PostgreSQL URL is libpq's to understand, and its password nobody's to see") {
    const auto at = [](std::optional<std::string> url, std::string variable) {
        return composition::locate(std::move(url), of({{"SLIPWAY_DATABASE_URL", std::move(variable)}, {"HOME", "/h"}}));
    };
    const auto place = at({}, "postgresql://slipway:s3cret@db.example:5433/log?sslmode=verify-full").value();
    CHECK(place.name() == "the database log on db.example (port 5433)");
    CHECK_THAT(place.server, contains("s3cret"));
    CHECK(place.path == "/h/.local/state/slipway/slipway.db");  // beside it lies what is this machine's
    CHECK(at("postgres://slipway@one,two/log?target_session_attrs=read-write", "").value().name() ==
          "the database log on one,two");

    const auto seen = at("postgresql://slipway:s3cret@db/log", "");
    REQUIRE_FALSE(seen);
    CHECK(seen.error().kind == error_kind::usage);
    CHECK_THAT(seen.error().message, contains("PGPASSFILE") && !contains("s3cret"));

    for (const char* bad : {"postgresql://slipway:s3cret@db/log?no_such=1", "postgresql://slipway:s3cret%zz@db/log"}) {
        const auto not_understood = at({}, bad);
        REQUIRE_FALSE(not_understood);
        CHECK(not_understood.error().kind == error_kind::usage);
        CHECK_THAT(not_understood.error().message, contains("not one that PostgreSQL understands") && !contains("s3cret"));
    }
}
