// What Discord sends, who may, and what is offered: all without a socket.
#include "adapters/discord/access.hpp"
#include "adapters/discord/commands.hpp"
#include "adapters/discord/interaction.hpp"
#include "adapters/discord/chat_text.hpp"
#include "adapters/discord/suggestions.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::discord;
using nlohmann::json;

namespace {

interaction read(const char* text) { return parse_interaction(json::parse(text)).value(); }

constexpr const char* in_guild = R"({"type":2,"id":"10","token":"tok","application_id":"99","guild_id":"5","channel_id":"6",
  "member":{"user":{"id":"1","username":"ann","global_name":"Ann"},"roles":["r1","r2"],"permissions":"0"},
  "data":{"id":"77","name":"create","options":[{"name":"name","type":3,"value":" web "},
    {"name":"count","type":4,"value":3}]},"something_new":{"a":[1]}})";
constexpr const char* in_dm = R"({"type":2,"id":"11","token":"tok","application_id":"99","channel_id":"6","context":1,
  "user":{"id":"2","username":"bob"},"data":{"id":"77","name":"list"}})";

std::vector<std::string> labels_of(const json& data) {
    std::vector<std::string> all;
    for (const json& one : data.at("choices")) all.push_back(one.at("name"));
    return all;
}

}  // namespace

TEST_CASE("a command in a guild and one in a DM are read: who, where, and with which options") {
    const interaction guild = read(in_guild);
    CHECK(guild.kind == interaction_kind::command);
    CHECK(guild.in_guild());
    CHECK(guild.user.id == "1");
    CHECK(guild.user.name == "Ann");
    CHECK(guild.user.roles == std::vector<std::string>{"r1", "r2"});
    CHECK(guild.option("name") == "web");
    CHECK(guild.option("count") == "3");
    CHECK(guild.option("image").empty());
    const interaction dm = read(in_dm);
    CHECK_FALSE(dm.in_guild());
    CHECK(dm.user.id == "2");
    CHECK(dm.user.name == "bob");
}

TEST_CASE("what lacks an id, a token or a user is no interaction; other kinds of things are passed over") {
    for (const char* gone : {"id", "token", "member"}) {
        json payload = json::parse(in_guild);
        payload.erase(gone);
        CHECK_FALSE(parse_interaction(payload));
    }
    for (const char* text : {"null", "[]", "3", R"({"type":"2"})", R"({"data":[],"member":{"user":7}})"})
        CHECK_FALSE(parse_interaction(json::parse(text)));
    CHECK(read(R"({"type":9,"id":"1","token":"t","user":{"id":"3"},"data":{"name":4,"options":[7,{"name":"x","value":{}}]}})").kind ==
          interaction_kind::other);
}

TEST_CASE("the owner may always; others by id anywhere, by role in a guild; with nothing set nobody else") {
    access_rules nobody_named;
    nobody_named.owners = {"1"};
    CHECK(nobody_named.allows(read(in_guild)));
    CHECK_FALSE(nobody_named.allows(read(in_dm)));
    access_rules named;
    named.owners = {"7"};
    named.users = {"2"};
    named.roles = {"r2"};
    CHECK(named.allows(read(in_guild)));
    CHECK(named.allows(read(in_dm)));
    named.roles = {"r3"};
    CHECK_FALSE(named.allows(read(in_guild)));
    // A role counts where Discord says who has it: in the guild.
    json pretended = json::parse(in_guild);
    pretended.erase("guild_id");
    named.roles = {"r2"};
    CHECK_FALSE(named.allows(parse_interaction(pretended).value()));
}

TEST_CASE("an application's owner is a person, or those of a team that have accepted and may change it") {
    CHECK(owners_of(json::parse(R"({"owner":{"id":"4"},"team":null})")) == std::set<std::string>{"4"});
    CHECK(owners_of(json::parse(R"({"owner":{"id":"team"},"team":{"owner_user_id":"1","members":[
        {"user":{"id":"2"},"membership_state":2,"role":"developer"},{"user":{"id":"3"},"membership_state":1,"role":"admin"},
        {"user":{"id":"4"},"membership_state":2,"role":"read_only"}]}})")) == std::set<std::string>{"1", "2"});
    CHECK(owners_of(json::parse("[]")).empty());
}

TEST_CASE("the commands are registered when Discord has them with what it adds, and not when anything differs") {
    json there = all_commands();
    for (json& one : there) {
        one["id"] = "123";
        one["version"] = "4";
        one["nsfw"] = false;
        one["default_member_permissions"] = nullptr;
        if (one["options"].empty()) one.erase("options");
    }
    std::reverse(there.begin(), there.end());
    CHECK(are_registered(there));
    json fewer = there;
    fewer.erase(0);
    CHECK_FALSE(are_registered(fewer));
    json other = there;
    for (json& one : other)
        if (one["name"] == "create") one["options"][0]["description"] = "another";
    CHECK_FALSE(are_registered(other));
    json optional = there;
    for (json& one : optional)
        if (one["name"] == "s") one["options"][0].erase("required");
    CHECK_FALSE(are_registered(optional));
    CHECK_FALSE(are_registered(json::parse("{}")));
}

TEST_CASE("other people's words are shown as they are: no markup, no mention, no end of a code block") {
    CHECK(escaped("**b** <@1> @everyone `x` [a](http://b) ~~s~~ web-1.example") ==
          "\\*\\*b\\*\\* \\<\\@1> \\@everyone \\`x\\` \\[a\\](http://b) \\~\\~s\\~\\~ web-1.example");
    CHECK(escaped("# a\n- b\nc - d") == "\\# a\n\\- b\nc - d");
    CHECK(in_code("a```b") == "a'''b");
    CHECK(escaped("a\x1b[31mb\xe2\x80\xae") == "a\\[31mb");
}

TEST_CASE("what is too long is cut between characters; lines are put together without being torn") {
    CHECK(cut("abcdef", 6) == "abcdef");
    CHECK(cut("abcdefg", 6) == "abc…");
    CHECK(cut("ä1234567", 6) == "ä1…");
    CHECK(in_pieces({"aa", "bb", "cc"}, 5) == std::vector<std::string>{"aa\nbb", "cc"});
    CHECK(in_pieces({"0123456789"}, 6) == std::vector<std::string>{"012…"});
    CHECK(in_pieces({}, 6).empty());
}

TEST_CASE("what is typed is looked for everywhere, what begins with it first; 25 at most, of x86 alone") {
    catalog offers;
    const auto add = [&](std::int64_t id, const char* name, const char* architecture) {
        catalog::image one;
        one.id = id;
        one.name = name;
        one.architecture = architecture;
        one.status = "available";
        offers.images.push_back(one);
    };
    add(1, "my-ubuntu", "x86");
    add(2, "ubuntu-24.04", "x86");
    add(3, "ubuntu-24.04", "arm");
    add(4, "", "x86");
    offers.images.back().description = "before the upgrade";
    for (int i = 0; i < 40; ++i) add(100 + i, ("debian-" + std::to_string(i)).c_str(), "x86");
    service::project_catalog known;
    known.offers = std::make_shared<catalog>(offers);
    const auto all = from_catalog(known, "image");
    CHECK(all.size() == 43);
    CHECK(labels_of(matching(all, "UBUNTU")) == std::vector<std::string>{"ubuntu-24.04", "my-ubuntu"});
    CHECK(labels_of(matching(all, "")).size() == 25);
    CHECK(labels_of(matching(all, "upgrade")) == std::vector<std::string>{"before the upgrade (4)"});
    CHECK(matching(all, "upgrade").at("choices").at(0).at("value") == "4");
    CHECK(labels_of(matching(all, "nothing")).empty());
    CHECK(from_catalog(known, "server").empty());
}
