#include "tests/adapters/discord/scripted_discord.hpp"
#include "tests/support/catch.hpp"

#include <deque>

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

const json message{{"content", "hello"}, {"allowed_mentions", {{"parse", json::array()}}}};

// Answers one after the other; the last one for ever.
scripted_http::script in_turn(std::deque<net::http_result> answers) {
    return [answers](const net::http_request&) mutable {
        auto out = answers.front();
        if (answers.size() > 1) answers.pop_front();
        return out;
    };
}

net::http_response good(const std::string& body = R"({"id":"77"})", net::http_headers headers = {}) {
    return answer(200, body, std::move(headers));
}

}  // namespace

TEST_CASE("each call asks for what Discord documents") {
    scripted_discord to(in_turn({good()}));
    auto& rest = to.rest;
    CHECK(to.ended(rest.edit_original("1", "t/k", message)).has_value());
    CHECK(to.ended(rest.follow_up("1", "t/k", message)).has_value());
    CHECK(to.ended(rest.send_message("5", message)).value().body["id"] == "77");
    CHECK(to.ended(rest.edit_message("5", "6", message)).has_value());
    CHECK(to.ended(rest.open_dm("8")).value() == "77");
    CHECK(to.ended(rest.application()).value()["id"] == "77");
    CHECK(to.ended(rest.commands("1")).has_value());
    CHECK(to.ended(rest.overwrite_commands("1", json::array())).has_value());
    to.usual->answer =
        in_turn({good(R"({"url":"wss://g","session_start_limit":{"total":1000,"remaining":9,"reset_after":5}})")});
    CHECK(to.ended(rest.gateway_bot()).value().sessions.remaining == 9);
    CHECK(to.usual->lines() == std::vector<std::string>{
                                   "PATCH /api/v10/webhooks/1/t%2Fk/messages/@original",
                                   "POST /api/v10/webhooks/1/t%2Fk",
                                   "POST /api/v10/channels/5/messages",
                                   "PATCH /api/v10/channels/5/messages/6",
                                   "POST /api/v10/users/@me/channels",
                                   "GET /api/v10/applications/@me",
                                   "GET /api/v10/applications/1/commands",
                                   "PUT /api/v10/applications/1/commands",
                                   "GET /api/v10/gateway/bot",
                               });
    for (const auto& one : to.usual->requests) {
        CAPTURE(one.line());
        const bool of_interaction = one.request.target.find("/webhooks/") != std::string::npos;
        const auto who = net::find_header(one.request.headers, "Authorization");
        CHECK(who.has_value() != of_interaction);
        if (who) CHECK(*who == "Bot " + bot_token);
        CHECK(net::find_header(one.request.headers, "User-Agent"));
        CHECK(net::find_header(one.request.headers, "Content-Type").has_value() == !one.request.body.empty());
    }
    CHECK(json::parse(to.usual->requests[4].request.body) == json{{"recipient_id", "8"}});
}

TEST_CASE("answers that are not what they should be") {
    scripted_discord to(in_turn({good("<html>")}));
    CHECK(to.ended(to.rest.send_message("5", message)).error().failure == rest_failure::server_error);
    to.usual->answer = in_turn({good("7")});
    CHECK(to.ended(to.rest.application()).error().failure == rest_failure::server_error);
    to.usual->answer = in_turn({good("[]")});
    CHECK(to.ended(to.rest.open_dm("8")).error().failure == rest_failure::server_error);
    CHECK(to.ended(to.rest.gateway_bot()).error().failure == rest_failure::server_error);
    to.usual->answer = in_turn({answer(204, "")});
    CHECK(to.ended(to.rest.edit_message("5", "6", message)).value().body.is_null());
}

TEST_CASE("what may be made twice is tried again after passing failures; a message may not") {
    const auto failure = GENERATE(0, 1);
    const net::http_result bad =
        failure == 0 ? net::http_result(answer(502, "<html>")) : net::http_result(no_answer(net::http_failure::lost));
    scripted_discord to(in_turn({bad, bad, good()}));
    const auto began = to.clock.steady();
    SECTION("an edit") {
        CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).has_value());
        CHECK(to.usual->requests.size() == 3);
        CHECK(to.took - began == milliseconds{1'000 + 2'000});
    }
    SECTION("an edit by the bot") {
        CHECK(to.ended(to.rest.edit_message("5", "6", message)).has_value());
    }
    SECTION("a channel to somebody") {
        CHECK(to.ended(to.rest.open_dm("8")).has_value());
    }
    SECTION("a message") {
        const auto said = to.ended(to.rest.send_message("5", message));
        CHECK(said.error().failure == (failure == 0 ? rest_failure::server_error : rest_failure::lost));
        CHECK(to.usual->requests.size() == 1);
    }
    SECTION("a follow-up") {
        CHECK(to.ended(to.rest.follow_up("1", interaction_token, message)).has_error());
        CHECK(to.usual->requests.size() == 1);
    }
}

TEST_CASE("what was not sent may be sent again, and not for ever") {
    scripted_discord to(in_turn({no_answer(net::http_failure::not_sent)}));
    CHECK(to.ended(to.rest.send_message("5", message)).error().failure == rest_failure::not_sent);
    CHECK(to.usual->requests.size() == 5);
}

TEST_CASE("the gateway's address is asked for once: the gateway has pauses of its own") {
    scripted_discord to(in_turn({no_answer(net::http_failure::not_sent)}));
    CHECK(to.ended(to.rest.gateway_bot()).error().failure == rest_failure::not_sent);
    to.usual->answer = in_turn({too_many("7")});
    CHECK(to.ended(to.rest.gateway_bot()).error().wait == milliseconds{7'000});
    CHECK(to.usual->requests.size() == 2);
}

TEST_CASE("a 429 is waited for as long as it says, to the part of a second, and then it is sent again") {
    scripted_discord to(in_turn({too_many("1.337"), good()}));
    const auto began = to.clock.steady();
    CHECK(to.ended(to.rest.send_message("5", message)).has_value());
    CHECK(to.took - began == milliseconds{1'337});
}

TEST_CASE("a 429 that wants a longer pause than there is patience is given up, with the pause") {
    scripted_discord to(in_turn({too_many("120")}));
    const auto began = to.clock.steady();
    const auto said = to.ended(to.rest.send_message("5", message));
    REQUIRE(said.has_error());
    CHECK(said.error().failure == rest_failure::rate_limited);
    CHECK(said.error().wait == milliseconds{120'000});
    CHECK(to.took == began);
    CHECK(to.usual->requests.size() == 1);
}

TEST_CASE("a limit of the whole bot holds up all but the answers to interactions") {
    scripted_discord to(in_turn({too_many("2", true), good()}));
    const auto began = to.clock.steady();
    auto first = start(to.clock, to.rest.send_message("5", message));
    auto other = start(to.clock, to.rest.application());
    auto edit = start(to.clock, to.rest.edit_original("1", interaction_token, message));
    CHECK(edit->ended);
    CHECK_FALSE(other->ended);
    to.clock.advance(milliseconds{3'000});
    REQUIRE(other->ended);
    CHECK(*other->at - began == milliseconds{2'000});
    CHECK(*first->at - began == milliseconds{2'000});
}

TEST_CASE("a block in front of Discord: nothing is sent for a long time, acknowledgements neither") {
    const bool html = GENERATE(true, false);
    // Without Via it is not Discord's, whatever it looks like.
    scripted_discord to(in_turn({html ? answer(429, "<html>error code: 1015</html>", header("Via", "1.1 google"))
                                      : answer(429, R"({"retry_after":0.5,"global":false})"),
                                 good()}));
    const auto said = to.ended(to.rest.send_message("5", message));
    CHECK(said.error().failure == rest_failure::rate_limited);
    CHECK_THAT(said.error().message, contains("locked out"));
    CHECK(said.error().wait >= milliseconds{60'000});
    CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).has_error());
    CHECK(to.ended(to.rest.acknowledge("1", interaction_token, message, to.clock.steady())).error().failure ==
          rest_failure::rate_limited);
    CHECK(to.usual->requests.size() == 1);
    CHECK(to.warm->requests.empty());
    to.clock.advance(said.error().wait);
    CHECK(to.ended(to.rest.send_message("5", message)).has_value());
}

TEST_CASE("the first edit may come before Discord knows its own message") {
    scripted_discord to(in_turn({refused(404, 10008), refused(404, 10015), good(), refused(404, 10008)}));
    const auto began = to.clock.steady();
    CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).has_value());
    CHECK(to.took - began == milliseconds{400 + 800});
    // From then on it is somebody who has deleted it.
    CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).error().failure ==
          rest_failure::unknown_message);
    CHECK(to.usual->requests.size() == 4);
}

TEST_CASE("the first follow-up may be early, too: a 404 has had no effect") {
    scripted_discord to(in_turn({refused(404, 10015), good(), refused(404, 10015)}));
    CHECK(to.ended(to.rest.follow_up("1", interaction_token, message)).has_value());
    CHECK(to.ended(to.rest.follow_up("1", interaction_token, message)).error().failure == rest_failure::expired);
    CHECK(to.usual->requests.size() == 3);
}

TEST_CASE("an edit that Discord never comes to know of is given up within seconds") {
    scripted_discord to(in_turn({refused(404, 10015)}));
    const auto began = to.clock.steady();
    CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).error().failure == rest_failure::expired);
    CHECK(to.usual->requests.size() == 5);
    CHECK(to.took - began <= milliseconds{10'000});
}

TEST_CASE("an interaction that is over says nothing about the bot's token") {
    scripted_discord to(in_turn({refused(401, 50027, "Invalid Webhook Token"), good()}));
    CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).error().failure == rest_failure::expired);
    CHECK(to.ended(to.rest.application()).has_value());
}

TEST_CASE("a token that was refused is not shown again for a while") {
    scripted_discord to(in_turn({refused(401, 0, "401: Unauthorized"), good()}));
    CHECK(to.ended(to.rest.application()).error().failure == rest_failure::unauthorized);
    const auto said = to.ended(to.rest.send_message("5", message));
    CHECK(said.error().failure == rest_failure::unauthorized);
    CHECK_THAT(said.error().message, contains("DISCORD_TOKEN"));
    CHECK(to.usual->requests.size() == 1);
    // What does not need it goes on.
    CHECK(to.ended(to.rest.edit_original("1", interaction_token, message)).has_value());
    to.clock.advance(std::chrono::minutes{10});
    CHECK(to.ended(to.rest.application()).has_value());
}

TEST_CASE("too many refusals, and nothing is sent until they are forgotten") {
    scripted_discord to(in_turn({refused(403, 50013)}));
    for (int i = 0; i < 500; ++i)
        REQUIRE(to.ended(to.rest.edit_message(std::to_string(i), "6", message)).error().failure ==
                rest_failure::forbidden);
    const auto sent = to.usual->requests.size();
    CHECK(sent == 500);
    CHECK(to.ended(to.rest.send_message("5", message)).error().failure == rest_failure::rate_limited);
    CHECK(to.usual->requests.size() == sent);
    to.clock.advance(std::chrono::minutes{10});
    CHECK(to.ended(to.rest.send_message("5", message)).error().failure == rest_failure::forbidden);
}

TEST_CASE("messages of one channel go in the order in which they were given, also over a 429") {
    scripted_discord to(in_turn({too_many("1"), good()}));
    std::vector<std::shared_ptr<started<rest_result<rest_answer>>>> all;
    for (int i = 0; i < 5; ++i) {
        json body;
        body["content"] = std::to_string(i);
        all.push_back(start(to.clock, to.rest.send_message("5", body)));
    }
    to.clock.advance(milliseconds{2'000});
    std::string order;
    for (const auto& one : to.usual->requests) order += json::parse(one.request.body)["content"].get<std::string>();
    CHECK(order == "001234");
    for (const auto& one : all) CHECK(one->ended);
}
