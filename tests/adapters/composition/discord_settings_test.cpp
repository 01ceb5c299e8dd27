// Settings of the Discord bot: defaults, and what is refused with which words.
#include "adapters/composition/discord_settings.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace slipway;
using namespace slipway::composition;

namespace {

const std::string token = "MTk4NjIyNDgz.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

auto read_bot(std::map<std::string, std::string> lines) {
    lines.try_emplace("DISCORD_TOKEN", token);
    return discord_settings(environment(std::move(lines)), {});
}

}  // namespace

TEST_CASE("without a token there is no bot, whatever else is set") {
    const auto none = discord_settings(environment({{"DISCORD_ALLOWED_USERS", "ann"}, {"DISCORD_USER_QUOTA", "many"}}), {});
    REQUIRE(none);
    CHECK_FALSE(none->has_value());
}

TEST_CASE("a token alone: Discord itself, nobody but the owner, ten VMs each") {
    const auto s = read_bot({});
    REQUIRE(s);
    REQUIRE(s->has_value());
    CHECK((*s)->token.reveal() == token);
    CHECK((*s)->base.origin() + (*s)->base.path == "https://discord.com:443/api/v10");
    CHECK((*s)->users.empty());
    CHECK((*s)->roles.empty());
    CHECK((*s)->quota == 10);
}

TEST_CASE("people and roles are lists of ids, blanks and empty places do not matter") {
    const auto s = read_bot({{"DISCORD_ALLOWED_USERS", "80351110224678912, 18446744073709551615,,"},
                         {"DISCORD_ALLOWED_ROLES", "41771983423143936"},
                         {"DISCORD_USER_QUOTA", "3"}});
    REQUIRE(s);
    CHECK((*s)->users == std::set<std::string>{"18446744073709551615", "80351110224678912"});
    CHECK((*s)->roles == std::set<std::string>{"41771983423143936"});
    CHECK((*s)->quota == 3);
}

TEST_CASE("what cannot be is refused, named, and a token is not repeated") {
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"DISCORD_TOKEN", "Bot " + token},
             {"DISCORD_TOKEN", token + "\tx"},
             {"DISCORD_TOKEN", token + "\r\nX-Other: 1"},
             {"DISCORD_TOKEN", token + "\x01"},
             {"DISCORD_TOKEN", token + "\xc3\xa9"},
             {"DISCORD_API_BASE", "discord.com"},
             {"DISCORD_API_BASE", "http://discord.com/api/v10"},
             {"DISCORD_ALLOWED_USERS", "ann"},
             {"DISCORD_ALLOWED_USERS", "1234,<@5678>"},
             {"DISCORD_ALLOWED_USERS", "123456789012345678901"},
             {"DISCORD_ALLOWED_ROLES", "-5"},
             {"DISCORD_USER_QUOTA", "0"},
             {"DISCORD_USER_QUOTA", "10001"},
             {"DISCORD_USER_QUOTA", "many"}}) {
        CAPTURE(name);
        const auto refused = read_bot({{name, value}});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == error_kind::configuration);
        CHECK_THAT(refused.error().message, test::contains(name));
        CHECK_THAT(refused.error().message, !test::contains(token));
    }
}
