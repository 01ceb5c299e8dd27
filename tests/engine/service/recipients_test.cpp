#include "engine/service/recipients.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace slipway;
using namespace slipway::service;

namespace {

bool takes(std::string_view channel, std::string_view text) {
    const recipient_kind* kind = find_recipient_kind(channel);
    REQUIRE(kind != nullptr);
    return text.size() <= kind->longest && kind->is_address(text);
}

}  // namespace

TEST_CASE("channels are in order, and each is found by its name") {
    const auto kinds = recipient_kinds();
    CHECK(
        std::is_sorted(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) { return a.channel < b.channel; }));
    for (const recipient_kind& one : kinds) {
        CHECK(find_recipient_kind(one.channel) == &one);
        CHECK(one.rule.ends_with('.'));
        CHECK_FALSE(one.is_address(""));
        CHECK_FALSE(one.is_address("a\r\nb"));
    }
    CHECK(find_recipient_kind("pigeon") == nullptr);
}

TEST_CASE("mail addresses are those that mail can be sent to as they are") {
    for (const char* good : {"a@b", "ops+slipway@mail.acme.example", "o'hara_1@acme.example"})
        CHECK(takes("email", good));
    for (const char* bad : {"nobody", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a,b@c",
                            "a@b..c", ".a@b", "a.@b", "a@b.", "\"a\"@b", "a@-b", "a@[127.0.0.1]", "\xc3\xbc@b"}) {
        CAPTURE(bad);
        CHECK_FALSE(takes("email", bad));
    }
    CHECK_FALSE(takes("email", std::string_view("a@b\0c", 5)));
    CHECK_FALSE(takes("email", std::string(65, 'a') + "@b.example"));
    CHECK_FALSE(takes("email", "a@" + std::string(253, 'b')));
}

TEST_CASE("chats are numbers or names of channels") {
    for (const char* good : {"4711", "-1001234567890", "@acme_ops", "1234567890123456789"})
        CHECK(takes("telegram", good));
    for (const char* bad : {"chat", "--1", "-", "@a", "@acme ops", "12345678901234567890", "47.11"}) {
        CAPTURE(bad);
        CHECK_FALSE(takes("telegram", bad));
    }
    CHECK_FALSE(takes("telegram", "@" + std::string(33, 'a')));
}

TEST_CASE("webhooks are Discord's own, as Discord shows them, and secrets") {
    const std::string token(68, 'x');
    CHECK(takes("discord", "https://discord.com/api/webhooks/1234567890123456789/" + token));
    CHECK(takes("discord", "https://discord.com/api/webhooks/1/AbC-123_456-7890-abcdef"));
    for (const std::string& bad : std::vector<std::string>
         {"http://discord.com/api/webhooks/1/" + token, "https://discord.com.example/api/webhooks/1/" + token,
          "https://example.org/api/webhooks/1/" + token, "https://discord.com@example.org/api/webhooks/1/" + token,
          "https://discord.com/api/webhooks//" + token, "https://discord.com/api/webhooks/x/" + token,
          "https://discord.com/api/webhooks/1/" + token + "/slack", "https://discord.com/api/webhooks/1/" + token + "?wait=true",
          "https://discord.com/api/webhooks/1/../" + token, "https://discord.com/api/webhooks/1/short",
          "https://discord.com/api/webhooks/1/" + token + "%2f", "https://discord.com/api/webhooks/1",
          "https://discord.com/api/webhooks/1/" + std::string(200, 'x')}) {
        CAPTURE(bad);
        CHECK_FALSE(takes("discord", bad));
    }
    CHECK(find_recipient_kind("discord")->sealed_as == sealed_kind::discord_webhook);
    CHECK_FALSE(find_recipient_kind("telegram")->sealed_as.has_value());
}

TEST_CASE("a provider's address for a channel") {
    const std::vector<recipient> both{{"email", "ops@acme.example"}, {"telegram", "4711"}};
    CHECK(address_of(both, "telegram") == "4711");
    CHECK(address_of(both, "pigeon").empty());
    CHECK(address_of({}, "email").empty());
}
