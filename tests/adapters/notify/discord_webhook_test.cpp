#include "adapters/notify/discord_webhook.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

const std::string webhook_token = "Zq7-topsecret_webhook-token-0123456789-abcdefghij";
const std::string webhook_path = "/webhooks/4711/" + webhook_token;

struct room {
    boost::asio::io_context loop;
    std::optional<std::string> webhook = "https://discord.com/api" + webhook_path;
    std::vector<std::string> opened;
    bool has_key = true;

    static outgoing message(std::string body = "It failed.\n") {
        outgoing m;
        m.event_id = "0193c0de-0000-7000-8000-000000000001";
        m.channel = "discord";
        m.recipient = "acme";
        m.subject = "Contract c-1 failed";
        m.body = std::move(body);
        return m;
    }
    boost::asio::awaitable<result<std::optional<secret>>> address(std::string provider, std::string channel) {
        opened.push_back(provider + " " + channel);
        if (!has_key) co_return make_error(error_kind::configuration, "the key is another one");
        std::optional<secret> out;
        if (webhook) out = secret(*webhook);
        co_return std::move(out);
    }
    delivery send(const std::string& base, const outgoing& m = message()) {
        const auto channel = make_discord_channel(*net::parse_endpoint(base), {}, [this](std::string p, std::string c) {
            return address(std::move(p), std::move(c));
        });
        const delivery out = run(loop, channel->deliver(m));
        CHECK_THAT(out.note, !contains("topsecret"));
        CHECK(out.note.find_first_of("\r\n") == std::string::npos);
        return out;
    }
};

nlohmann::json body_of(const std::string& request) {
    return nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

}  // namespace

TEST_CASE("a message to a webhook goes to the base that is set, mentions nobody, and is opened for it alone") {
    room r;
    scripted_server server(answering(200, R"({"id":"7"})"));
    CHECK(r.send(server.url() + "/api/v10").outcome == delivery_outcome::taken);
    REQUIRE(server.requests().size() == 1);
    const std::string request = server.requests()[0];
    CHECK_THAT(request, contains("POST /api/v10" + webhook_path + "?wait=true HTTP/1.1\r\n"));
    CHECK_THAT(request, !contains("Authorization"));
    const auto body = body_of(request);
    CHECK(body["content"] == "**Contract c-1 failed**\nIt failed.\n");
    CHECK(body["allowed_mentions"] == nlohmann::json({{"parse", nlohmann::json::array()}}));
    CHECK(r.opened == std::vector<std::string>{"acme discord"});
}

TEST_CASE("a webhook that was taken away, or does not open") {
    room r;
    scripted_server server(answering(200, "{}"));
    r.webhook.reset();
    CHECK(r.send(server.url()).outcome == delivery_outcome::refused);
    r.has_key = false;
    const delivery later = r.send(server.url());
    CHECK(later.outcome == delivery_outcome::not_now);
    CHECK_THAT(later.note, contains("the key is another one"));
    CHECK(server.requests().empty());
}

TEST_CASE("other people's words are no markup, and a long message is cut between characters") {
    CHECK(discord_text("a_b", "# x\n@everyone `<@1>` *[l](http://x)*") ==
          "**a\\_b**\n\\# x\n\\@everyone \\`\\<\\@1>\\` \\*\\[l\\](http://x)\\*");
    std::string text;
    while (text.size() < 10'000) text += "\xe2\x82\xac";
    const std::string cut = discord_text("s", text);
    CHECK(cut.size() <= 2000);
    CHECK(cut.ends_with("\xe2\x82\xac\n..."));
}

TEST_CASE("what Discord says to it") {
    struct row {
        int status;
        std::string body;
        delivery_outcome outcome;
        std::optional<std::chrono::milliseconds> wait;
        std::string note;
    };
    const std::vector<row> rows{
        {204, "", delivery_outcome::taken, {}, "204"},
        {404, R"({"message":"Unknown Webhook","code":10015})", delivery_outcome::refused, {}, "the webhook is gone"},
        {401, R"({"message":"Invalid Webhook Token","code":50027})", delivery_outcome::refused, {}, "the webhook is gone"},
        {403, "{}", delivery_outcome::refused, {}, "403"},
        {400, R"({"message":"no )" + webhook_token + R"(\r\nat all"})", delivery_outcome::refused, {}, "no [redacted] at all"},
        {429, R"({"message":"slow","retry_after":3.5,"global":false})", delivery_outcome::not_now, 3500ms, "429: slow"},
        {429, R"({"retry_after":0.05})", delivery_outcome::not_now, 1s, "429"},
        {429, R"({"retry_after":-5})", delivery_outcome::not_now, 1s, "429"},
        {429, R"({"retry_after":1e300})", delivery_outcome::not_now, 1h, "429"},
        {429, R"({"retry_after":"soon"})", delivery_outcome::not_now, 1s, "429"},
        {429, "error code: 1015", delivery_outcome::not_now, 1s, "429"},
        {500, "", delivery_outcome::not_now, {}, "500"},
        {302, "", delivery_outcome::not_now, {}, "302"},
    };
    for (const row& one : rows) {
        CAPTURE(one.status, one.body);
        room r;
        scripted_server server(answering(one.status, one.body));
        const delivery told = r.send(server.url());
        CHECK(told.outcome == one.outcome);
        CHECK(told.wait == one.wait);
        CHECK_THAT(told.note, contains(one.note));
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("a Discord that is not there, or without certificates to trust") {
    room r;
    std::string gone;
    {
        scripted_server server([](peer& p) {
            p.read_request();
            p.reset();
        });
        CHECK(r.send(server.url()).outcome == delivery_outcome::not_now);
        gone = server.url();
    }
    CHECK(r.send(gone).outcome == delivery_outcome::not_now);
    const auto channel = make_discord_channel(*net::parse_endpoint("https://discord.com/api"), "/nonexistent/ca.pem",
                                              [&](std::string p, std::string c) { return r.address(p, c); });
    const delivery told = run(r.loop, channel->deliver(room::message()));
    CHECK(told.outcome == delivery_outcome::not_now);
    CHECK_THAT(told.note, contains("/nonexistent/ca.pem"));
}
