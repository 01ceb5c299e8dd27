#include "adapters/notify/telegram.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

const std::string telegram_token = "123456:AAE-topsecret_Token";

struct chat {
    boost::asio::io_context loop;
    net::http_limits limits;

    static outgoing message(std::string body = "It failed.\n") {
        outgoing m;
        m.event_id = "0193c0de-0000-7000-8000-000000000001";
        m.channel = "telegram";
        m.recipient = "-100200300";
        m.subject = "Contract c-1 failed";
        m.body = std::move(body);
        return m;
    }
    delivery send(const std::string& base, const outgoing& m = message()) {
        const net::url origin = *net::parse_endpoint(base);
        const auto channel =
            make_telegram_channel(net::make_http_client(origin, nullptr, limits), origin.path, secret(telegram_token));
        const delivery out = run(loop, channel->deliver(m));
        CHECK_THAT(out.note, !contains("topsecret"));
        CHECK(out.note.find_first_of("\r\n") == std::string::npos);
        return out;
    }
};

}  // namespace

TEST_CASE("a message to a chat") {
    chat c;
    scripted_server server(answering(200, R"({"ok":true,"result":{"message_id":7}})"));
    const delivery told = c.send(server.url() + "/proxy");
    CHECK(told.outcome == delivery_outcome::taken);
    REQUIRE(server.requests().size() == 1);
    const std::string request = server.requests()[0];
    CHECK_THAT(request, contains("POST /proxy/bot" + telegram_token + "/sendMessage HTTP/1.1\r\n"));
    const auto body = nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
    CHECK(body["chat_id"] == "-100200300");
    CHECK(body["text"] == "Contract c-1 failed\n\nIt failed.\n");
    CHECK(!body.contains("parse_mode"));  // plain text: nothing in it is markup
}

TEST_CASE("a long message is cut between characters") {
    chat c;
    scripted_server server(answering(200, R"({"ok":true})"));
    std::string text;
    while (text.size() < 10'000) text += "\xe2\x82\xac";
    CHECK(c.send(server.url(), chat::message(text)).outcome == delivery_outcome::taken);
    const std::string request = server.requests().at(0);
    const auto body = nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
    CHECK(body["text"].get<std::string>().size() <= 4096);
}

TEST_CASE("what Telegram says to it") {
    chat c;
    struct row {
        int status;
        std::string body;
        delivery_outcome outcome;
        std::optional<std::chrono::milliseconds> wait;
        std::string note;
    };
    const std::string repeats = R"({"ok":false,"description":"bot)" + telegram_token + R"( was blocked\r\nby the user"})";
    const std::vector<row> rows{
        {400,
         R"({"ok":false,"description":"Bad Request: chat not found"})",
         delivery_outcome::refused,
         {},
         "chat not found"},
        {403, repeats, delivery_outcome::refused, {}, "bot[redacted] was blocked by the user"},
        {429, R"({"ok":false,"description":"Too Many Requests","parameters":{"retry_after":35}})",
         delivery_outcome::not_now, 35s, "429"},
        {429, "{}", delivery_outcome::not_now, 1s, "429"},
        {429, R"({"parameters":{"retry_after":-5}})", delivery_outcome::not_now, 1s, "429"},
        {429, R"({"parameters":{"retry_after":9000000000000000000}})", delivery_outcome::not_now, 24h, "429"},
        {401, R"({"ok":false,"description":"Unauthorized"})", delivery_outcome::not_now, {}, "TELEGRAM_BOT_TOKEN"},
        {404, R"({"ok":false,"description":"Not Found"})", delivery_outcome::not_now, {}, "TELEGRAM_BOT_TOKEN"},
        {500, "", delivery_outcome::not_now, {}, "500"},
        {200, R"({"ok":false})", delivery_outcome::not_now, {}, "200"},
        {200, "<html>", delivery_outcome::not_now, {}, "200"},
        {200, "[]", delivery_outcome::not_now, {}, "200"},
    };
    for (const row& r : rows) {
        CAPTURE(r.status, r.body);
        scripted_server server(answering(r.status, r.body));
        const delivery told = c.send(server.url());
        CHECK(told.outcome == r.outcome);
        CHECK(told.wait == r.wait);
        CHECK_THAT(told.note, contains(r.note));
    }
}

TEST_CASE("a Telegram that hangs, breaks off or is not there") {
    chat c;
    c.limits.deadline = 300ms;
    {
        scripted_server server([](peer& p) {
            p.read_request();
            p.wait_for_close();
        });
        CHECK(c.send(server.url()).outcome == delivery_outcome::not_now);
        CHECK(server.requests().size() == 1);
    }
    std::string gone;
    {
        scripted_server server([](peer& p) {
            p.read_request();
            p.reset();
        });
        CHECK(c.send(server.url()).outcome == delivery_outcome::not_now);
        gone = server.url();
    }
    CHECK(c.send(gone).outcome == delivery_outcome::not_now);
}

TEST_CASE("tokens of bots") {
    CHECK(is_telegram_token(telegram_token));
    for (const char* bad :
         {"", "123456", "123456:", ":abc", "abc:def", "123:a/b", "123:a b", "123:a\r\nX: y", "123:a?b"})
        CHECK(!is_telegram_token(bad));
}
