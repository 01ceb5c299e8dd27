#include "tests/adapters/discord/scripted_discord.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

const json deferred{{"type", 5}, {"data", {{"flags", 64}}}};

rest_result<void> acknowledge(scripted_discord& to, milliseconds age = milliseconds{0}) {
    const auto received = to.clock.steady() - age;
    return to.ended(to.rest.acknowledge("1234", interaction_token, deferred, received));
}

std::size_t attempts(const scripted_discord& to) {
    return to.warm->requests.size() + to.fresh->requests.size();
}

net::http_response accepted() {
    return answer(204, "");
}

}  // namespace

TEST_CASE("an acknowledgement goes over the warm connection at once, without the bot's token") {
    scripted_discord to([](const net::http_request&) { return accepted(); });
    CHECK(acknowledge(to).has_value());
    REQUIRE(to.warm->requests.size() == 1);
    CHECK(to.fresh->requests.empty());
    CHECK(to.usual->requests.empty());
    const auto& sent = to.warm->requests.front();
    CHECK(sent.line() == "POST /api/v10/interactions/1234/" + interaction_token + "/callback");
    CHECK(json::parse(sent.request.body) == deferred);
    CHECK(net::find_header(sent.request.headers, "Content-Type") == "application/json");
    CHECK_THAT(std::string(net::find_header(sent.request.headers, "User-Agent").value_or("")),
               contains("DiscordBot (https://"));
    CHECK_FALSE(net::find_header(sent.request.headers, "Authorization"));
}

TEST_CASE("a lost answer is asked for again, and 40060 says then that the first one had come") {
    int asked = 0;
    const bool server_error = GENERATE(false, true);
    scripted_discord to([&](const net::http_request&) -> net::http_result {
        if (++asked > 1) return refused(400, 40060, "Interaction has already been acknowledged.");
        if (server_error) return answer(502, "<html>Bad gateway</html>");
        return no_answer(net::http_failure::lost);
    });
    CHECK(acknowledge(to).has_value());
    CHECK(to.warm->requests.size() == 1);
    CHECK(to.fresh->requests.size() == 1);
}

TEST_CASE("40060 is another process's answer where no attempt of ours can have come") {
    int asked = 0;
    const int before = GENERATE(0, 1, 2);
    scripted_discord to([&](const net::http_request&) -> net::http_result {
        if (++asked > 1 || before == 0) return refused(400, 40060);
        if (before == 1) return no_answer(net::http_failure::not_sent);
        return too_many("0.2");
    });
    const auto said = acknowledge(to);
    REQUIRE(said.has_error());
    CHECK(said.error().failure == rest_failure::already_acknowledged);
    CHECK_THAT(said.error().message, contains("Another process"));
}

TEST_CASE("a warm connection that is dead costs less than a second") {
    scripted_discord to([](const net::http_request&) { return accepted(); });
    to.warm->latency = milliseconds{30'000};
    const auto began = to.clock.steady();
    CHECK(acknowledge(to).has_value());
    CHECK(to.took - began == milliseconds{1'000});
    CHECK(to.fresh->requests.size() == 1);
}

TEST_CASE("two and a half seconds after the interaction came it is given up, whatever is under way") {
    scripted_discord to([](const net::http_request&) -> net::http_result { return no_answer(net::http_failure::lost); });
    const auto began = to.clock.steady();
    SECTION("nobody answers") {
        to.warm->latency = to.fresh->latency = milliseconds{30'000};
        CHECK(acknowledge(to).error().failure == rest_failure::lost);
        CHECK(to.took - began == milliseconds{2'500});
    }
    SECTION("it has waited for us already") {
        to.warm->latency = to.fresh->latency = milliseconds{30'000};
        CHECK(acknowledge(to, milliseconds{2'000}).error().failure == rest_failure::lost);
        CHECK(to.took - began == milliseconds{500});
    }
    SECTION("it has waited for too long") {
        CHECK(acknowledge(to, milliseconds{2'500}).error().failure == rest_failure::not_sent);
        CHECK(attempts(to) == 0);
    }
    SECTION("the network is down") {
        to.warm->answer =
            to.fresh->answer = [](const net::http_request&) { return no_answer(net::http_failure::not_sent); };
        CHECK(acknowledge(to).error().failure == rest_failure::not_sent);
        CHECK(to.took - began <= milliseconds{2'500});
        CHECK(attempts(to) > 10);
    }
    SECTION("Discord wants a longer pause than there is time") {
        to.warm->answer = [](const net::http_request&) { return too_many("5"); };
        CHECK(acknowledge(to).error().failure == rest_failure::rate_limited);
        CHECK(attempts(to) == 1);
    }
}

TEST_CASE("what is final is not tried again") {
    struct row {
        int status, code;
        rest_failure failure;
    };
    const row given =
        GENERATE(row{404, 10062, rest_failure::unknown_interaction}, row{401, 50027, rest_failure::expired},
                 row{404, 10015, rest_failure::expired}, row{400, 50035, rest_failure::invalid});
    scripted_discord to([&](const net::http_request&) { return refused(given.status, given.code); });
    const auto said = acknowledge(to);
    REQUIRE(said.has_error());
    CHECK(said.error().failure == given.failure);
    CHECK(said.error().code == given.code);
    CHECK(attempts(to) == 1);
}

TEST_CASE("acknowledgements wait for no bucket and for no other request") {
    scripted_discord to([](const net::http_request& asked) -> net::http_result {
        if (asked.target.ends_with("/callback")) return accepted();
        return too_many("30", true);
    });
    auto waiting = start(to.clock, to.rest.send_message("5", json::object()));
    const auto began = to.clock.steady();
    CHECK(acknowledge(to).has_value());
    CHECK(to.took == began);
    CHECK_FALSE(waiting->ended);
    to.clock.advance(std::chrono::minutes{2});
    CHECK(waiting->ended);
}

TEST_CASE("no error says an interaction's token, and none the bot's") {
    const std::string quoted = "Bad thing /webhooks/1/" + interaction_token + " of " + bot_token;
    const int status = GENERATE(400, 401, 404, 403, 500);
    scripted_discord to([&](const net::http_request&) { return refused(status, 1, quoted); });
    const auto check = [](const std::string& message) {
        CHECK_THAT(message, !contains(interaction_token.substr(0, 20)));
        CHECK_THAT(message, !contains(bot_token.substr(20, 20)));
        CHECK_THAT(message, contains("[redacted]"));
    };
    check(acknowledge(to).error().message);
    check(to.ended(to.rest.edit_original("1", interaction_token, json::object())).error().message);
    check(to.ended(to.rest.follow_up("1", interaction_token, json::object())).error().message);
}

TEST_CASE("two connections are kept warm until that is cancelled") {
    scripted_discord to([](const net::http_request&) { return answer(200, R"({"url":"wss://g"})"); });
    boost::asio::cancellation_signal cancel;
    bool ended = false;
    boost::asio::co_spawn(
        to.clock.loop, to.rest.keep_warm(),
        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { ended = true; }));
    to.clock.settle();
    CHECK(to.warm->lines() == std::vector<std::string>(2, "GET /api/v10/gateway"));
    CHECK_FALSE(net::find_header(to.warm->requests.front().request.headers, "Authorization"));
    to.clock.advance(std::chrono::minutes{1});
    CHECK(to.warm->requests.size() == 8);
    cancel.emit(boost::asio::cancellation_type::terminal);
    to.clock.settle();
    CHECK(ended);
}
