// Settings of the service: defaults, what is refused, what does not go together.
#include "adapters/composition/service_settings.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace slipway;
using namespace slipway::composition;

namespace {

using settings = std::map<std::string, std::string>;

result<service_settings> read_settings(settings lines) {
    lines.try_emplace("SLIPWAY_DATABASE_URL", "sqlite:/nowhere/s.db");
    const environment from(std::move(lines));
    auto c = configure(from, {});
    if (!c) return c.error();
    return configure_service(from, *c);
}

const std::string key(64, 'a');

}  // namespace

TEST_CASE("nothing said: no contracts, a socket beside the database, the seed's intervals") {
    const auto s = read_settings({});
    REQUIRE(s);
    CHECK_FALSE(s->provisioning.has_value());
    CHECK(s->poll_interval_s == 10);
    CHECK(s->termination_poll_interval_s == 60);
    REQUIRE(s->listen.size() == 1);
    CHECK(s->listen.front().path == "/nowhere/slipway.sock");
}

TEST_CASE("the socket belongs into the directory for running programs, where there is one") {
    CHECK(read_settings({{"XDG_RUNTIME_DIR", "/run/user/7"}})->listen.front().path == "/run/user/7/slipway.sock");
    CHECK(read_settings({{"XDG_RUNTIME_DIR", "/run/user/7"}, {"RUNTIME_DIRECTORY", "/run/slipway"}})->listen.front().path ==
          "/run/slipway/slipway.sock");
}

TEST_CASE("several addresses; one for the world wants a token") {
    const auto two = read_settings({{"SLIPWAY_LISTEN", "unix:/a.sock, 127.0.0.1:8080"}});
    REQUIRE(two);
    CHECK(two->listen.size() == 2);
    CHECK(read_settings({{"SLIPWAY_LISTEN", "0.0.0.0:8080"}}).error().kind == error_kind::configuration);
    CHECK(read_settings({{"SLIPWAY_LISTEN", "[::]:8080"}}).error().kind == error_kind::configuration);
    const std::string token(16, 't');
    CHECK(read_settings({{"SLIPWAY_LISTEN", "0.0.0.0:8080"}, {"SLIPWAY_API_TOKEN", token}}).has_value());
    CHECK(read_settings({{"SLIPWAY_LISTEN", "127.0.0.1:8080,unix:/a"}, {"SLIPWAY_API_TOKEN", "t"}}).has_value());
}

TEST_CASE("a token that can be guessed is refused where anybody may guess it") {
    for (const std::string weak : {"a", "fifteen-letters"}) {
        const auto refused = read_settings({{"SLIPWAY_LISTEN", "unix:/a,0.0.0.0:8080"}, {"SLIPWAY_API_TOKEN", weak}});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == error_kind::configuration);
        CHECK_THAT(refused.error().message, test::contains("SLIPWAY_API_TOKEN"));
        CHECK_THAT(refused.error().message, test::contains("0.0.0.0:8080"));
        CHECK_THAT(refused.error().message, test::contains("16"));
    }
}

TEST_CASE("tokens in the clear on a wire are warned of") {
    const std::string token(16, 't');
    const auto open = read_settings({{"SLIPWAY_LISTEN", "127.0.0.1:1,0.0.0.0:8080"}, {"SLIPWAY_API_TOKEN", token}});
    REQUIRE(open);
    REQUIRE(plain_http_warning(*open));
    CHECK_THAT(*plain_http_warning(*open), test::contains("0.0.0.0:8080 is plain HTTP"));
    const auto own = read_settings({{"SLIPWAY_LISTEN", "unix:/a,127.0.0.1:1,[::1]:2"}});
    REQUIRE(own);
    CHECK_FALSE(plain_http_warning(*own));
}

TEST_CASE("contracts need a key to seal tokens with") {
    CHECK(read_settings({{"HETZNER_PROVISIONING_ENABLED", "true"}, {"CREDENTIAL_ENCRYPTION_KEY", key}})->provisioning == true);
    CHECK(read_settings({{"HETZNER_PROVISIONING_ENABLED", "false"}})->provisioning == false);
    const auto without = read_settings({{"HETZNER_PROVISIONING_ENABLED", "true"}});
    REQUIRE_FALSE(without);
    CHECK(without.error().kind == error_kind::configuration);
    CHECK_THAT(without.error().message, test::contains("CREDENTIAL_ENCRYPTION_KEY"));
}

TEST_CASE("what cannot be understood is named") {
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"HETZNER_PROVISIONING_ENABLED", "perhaps"},
                                                                                {"HETZNER_POLL_INTERVAL_SECS", "0"},
                                                                                {"HETZNER_TERMINATION_POLL_INTERVAL_SECS", "often"},
                                                                                {"SLIPWAY_LEASE_SECS", "1"},
                                                                                {"SLIPWAY_LEASE_SECS", "601"},
                                                                                {"SLIPWAY_LISTEN", "somewhere"},
                                                                                {"CREDENTIAL_ENCRYPTION_KEY", "short"}}) {
        const auto refused = read_settings({{name, value}});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == error_kind::configuration);
        CHECK_THAT(refused.error().message, test::contains(name));
    }
}

TEST_CASE("a line of the file with a zero byte is refused: nobody could say what it means") {
    const auto file = std::filesystem::temp_directory_path() / ("slipway-settings-" + std::to_string(getpid()));
    std::ofstream(file, std::ios::binary) << "HOME=/root\nXDG_STATE_HOME=/a" << '\0' << "b\n";
    const auto read = environment::load(file.string());
    std::filesystem::remove(file);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == error_kind::configuration);
    CHECK_THAT(read.error().message, test::contains("line 2"));
}
