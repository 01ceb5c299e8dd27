#include "adapters/discord/gateway.hpp"

#include "engine/runtime/system.hpp"
#include "tests/adapters/discord/set_chance.hpp"
#include "tests/adapters/discord/small_gateway.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/trust.hpp"
#include "tests/adapters/net/websocket_script.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using nlohmann::json;
using talk = small_gateway::talk;

namespace {

struct listener final : gateway_listener {
    void interaction(json what) override {
        seen.push_back("interaction " + what.value("id", "?"));
        size = what.dump().size();
    }
    void session_changed(const std::optional<gateway_session>& now) override { session = now; }
    void ready(json application) override { seen.push_back("ready " + application.value("id", "?")); }
    void trouble(std::string sentence) override { seen.push_back("trouble: " + sentence); }
    void stopped(int code, std::string sentence) override {
        seen.push_back("stopped " + std::to_string(code) + ": " + sentence);
    }

    std::vector<std::string> seen;
    std::size_t size = 0;  // of the last interaction
    std::optional<gateway_session> session;
};

struct bot {
    explicit bot(const small_gateway& server, std::optional<gateway_session> kept = std::nullopt,
                 net::tls_context tls = trusting(authority()))
        : api(rest_part(server, tls), clock, chance),
          line(gateway_part(tls), api, clock, chance, told, std::move(kept)) {}

    static rest_settings rest_part(const small_gateway& server, net::tls_context tls) {
        rest_settings out;
        out.base = *net::parse_url(server.base());
        out.bot_token = secret("a.b.c");
        out.tls = std::move(tls);
        return out;
    }
    static gateway_settings gateway_part(net::tls_context tls) {
        gateway_settings out;
        out.bot_token = secret("a.b.c");
        out.tls = std::move(tls);
        return out;
    }

    void start() {
        boost::asio::co_spawn(loop, line.run(),
                              boost::asio::bind_cancellation_slot(cancel.slot(), [this](auto) { ended = true; }));
    }
    void stop() {
        bool stopped = false;
        boost::asio::co_spawn(loop, line.stop(), [&](auto) { stopped = true; });
        run_until(loop, [&] { return stopped && ended; });
    }
    template <class Done>
    void until(Done done) {
        run_until(loop, done);
    }
    bool has(const std::string& what) const {
        return std::find(told.seen.begin(), told.seen.end(), what) != told.seen.end();
    }

    boost::asio::io_context loop;
    boost::asio::cancellation_signal cancel;
    system_clock clock;
    set_chance chance;
    listener told;
    rest api;
    gateway line;
    bool ended = false;
};

// Identifies, or is taken up again; then `after`.
small_gateway::script begin_and(small_gateway::script after) {
    return [after](talk& with) {
        const auto word = with.hear();
        if (word == "identify") with.say(with.owner.ready("abc"));
        if (word.starts_with("resume")) with.say(event_frame("RESUMED", 5));
        after(with);
    };
}

void stay(talk& with) {
    with.hear();
}

}  // namespace

TEST_CASE("over TLS: a session, an interaction, and a stop that leaves the session to the next process") {
    small_gateway server({begin_and([](talk& with) {
        with.say(interaction_frame("9", 2));
        with.hear();
    })});
    std::optional<gateway_session> kept;
    {
        bot one(server);
        one.start();
        one.until([&] { return one.has("interaction 9"); });
        one.stop();
        CHECK(one.told.seen == words{"ready 7", "interaction 9"});
        kept = one.told.session;
    }
    CHECK(server.said() == words{"1: identify", "1: close 4200"});
    CHECK(server.targets() == words{"/api/v10/gateway/bot", "/?v=10&encoding=json"});
    REQUIRE(kept);
    CHECK(kept->id == "abc");
    CHECK(kept->seq == 2);
    CHECK(kept->resume_url == server.resume_url());

    bot next(server, kept);
    next.start();
    next.until([&] { return next.has("interaction 9"); });
    next.stop();
    CHECK(server.said() == words{"1: identify", "1: close 4200", "2: resume abc 2", "2: close 4200"});
    // Nobody was asked whether a session may be begun: none was.
    CHECK(server.targets().size() == 3);
    CHECK(server.targets().back() == "/resume?v=10&encoding=json");
}

TEST_CASE("whatever breaks the connection, the session is taken up again, where Discord said") {
    const int way = GENERATE(0, 1, 2, 3);
    CAPTURE(way);
    small_gateway server({begin_and([&](talk& with) {
                              with.say(interaction_frame("1", 2));
                              if (way == 0) with.say(R"({"op":7,"d":null})");
                              if (way == 1) with.client.send(server_frame(0x88, close_bytes(4000)));
                              if (way == 2) with.client.send(server_frame(0x81, interaction_frame("2", 3)).substr(0, 20));
                              if (way == 3) with.client.reset();
                              if (way == 0) with.hear();
                          }),
                          begin_and([](talk& with) {
                              with.say(interaction_frame("2", 6));
                              with.hear();
                          })});
    bot one(server);
    one.start();
    one.until([&] { return one.has("interaction 2"); });
    one.stop();
    CHECK(one.told.seen == words{"ready 7", "interaction 1", "interaction 2"});
    const auto said = server.said();
    CHECK(std::find(said.begin(), said.end(), "2: resume abc 2") != said.end());
    if (way == 0) CHECK(said[1] == "1: close 4200");
    CHECK(server.targets().back() == "/resume?v=10&encoding=json");
}

TEST_CASE("a server that is silent is left after the second heartbeat, also where it does not say goodbye") {
    small_gateway server({[](talk& with) {
                              with.hear(false);
                              with.say(with.owner.ready("abc"));
                              with.client.wait_for_close();
                          },
                          begin_and(stay)},
                         100);
    bot one(server);
    one.start();
    one.until([&] { return server.said().size() >= 2; });
    one.stop();
    CHECK(server.said()[0] == "1: identify");
    CHECK(server.said()[1] == "2: resume abc 1");
}

TEST_CASE("heartbeats go on, and are answered when they are asked for") {
    small_gateway server({[](talk& with) {
                             with.hear();
                             with.say(with.owner.ready("abc"));
                             with.say(R"({"op":1,"d":null})");
                             for (int i = 0; i < 4; ++i) {
                                 with.hear(false);
                                 with.say(ack);
                             }
                             with.say(interaction_frame("9", 2));
                             with.hear();
                         }},
                         100);
    bot one(server);
    one.start();
    one.until([&] { return one.has("interaction 9"); });
    one.stop();
    const auto said = server.said();
    REQUIRE(said.size() >= 5);
    for (int i = 1; i < 5; ++i) CHECK_THAT(said[static_cast<std::size_t>(i)], contains("1: heartbeat "));
}

TEST_CASE("frames in pieces and large ones are read whole") {
    small_gateway server({begin_and([](talk& with) {
        const std::string text = interaction_frame("9", 2);
        with.client.send(server_frame(0x01, text.substr(0, 5)));
        with.client.send(server_frame(0x00, text.substr(5, 10)));
        with.client.send(server_frame(0x80, text.substr(15)));
        with.say(event_frame("INTERACTION_CREATE", 3, R"({"id":"10","text":")" + std::string(100'000, 'x') + R"("})"));
        with.hear();
    })});
    bot one(server);
    one.start();
    one.until([&] { return one.has("interaction 10"); });
    CHECK(one.has("interaction 9"));
    CHECK(one.told.size > 100'000);
    one.stop();
}

TEST_CASE("a token that is refused ends the bot, by the gateway or by REST") {
    small_gateway server({[](talk& with) {
        with.hear();
        with.client.send(server_frame(0x88, close_bytes(4004)));
        with.client.wait_for_close();
    }});
    const bool by_rest = GENERATE(true, false);
    if (by_rest) server.answer_addresses_with(401, R"({"message":"401: Unauthorized","code":0})");
    bot one(server);
    one.start();
    one.until([&] { return one.ended; });
    REQUIRE(one.told.seen.size() == 1);
    CHECK_THAT(one.told.seen.front(), contains("stopped 4004: The bot has stopped: ") && contains("DISCORD_TOKEN"));
    CHECK(server.said().size() == (by_rest ? 0 : 1));
}

TEST_CASE("a session that was refused is begun anew") {
    small_gateway server({[](talk& with) {
                              with.hear();
                              with.say(R"({"op":9,"d":false})");
                              with.hear();
                          },
                          begin_and(stay)});
    gateway_session kept;
    kept.id = "old";
    kept.resume_url = server.resume_url();
    kept.seq = 7;
    bot one(server, kept);
    one.chance.value = 0;
    one.start();
    one.until([&] { return one.has("ready 7"); });
    one.stop();
    CHECK(server.said() == words{"1: resume old 7", "1: close 1000", "2: identify", "2: close 4200"});
}

TEST_CASE("no session is begun while too few are left, and it can be stopped in the meantime") {
    small_gateway server({begin_and(stay)});
    server.remaining = 0;
    bot one(server);
    one.start();
    one.until([&] { return !one.told.seen.empty(); });
    CHECK_THAT(one.told.seen.front(), contains("trouble: The bot may begin no more sessions for now (0 of 1000"));
    one.stop();
    CHECK(server.said().empty());
}

TEST_CASE("a server whose certificate nobody vouches for learns no token") {
    small_gateway server({begin_and(stay)});
    bot one(server, std::nullopt, trusting(make_authority("somebody else")));
    one.start();
    one.until([&] { return !one.told.seen.empty(); });
    CHECK_THAT(one.told.seen.front(), contains("trouble: The bot has no connection to Discord: "));
    one.stop();
    CHECK(server.said().empty());
    CHECK(server.targets().empty());
}

TEST_CASE("run can be cancelled at any time") {
    small_gateway server({begin_and(stay)});
    bot one(server);
    one.start();
    const bool live = GENERATE(true, false);
    if (live)
        one.until([&] { return one.has("ready 7"); });
    else
        one.loop.run_one();
    one.cancel.emit(boost::asio::cancellation_type::terminal);
    one.until([&] { return one.ended; });
    CHECK(one.told.session.has_value() == live);
}

TEST_CASE("what is no token of any bot's is not sent") {
    small_gateway server({begin_and(stay)});
    bot one(server);
    auto settings = bot::gateway_part(nullptr);
    settings.bot_token = secret(std::string(5'000, 'x'));
    gateway line(std::move(settings), one.api, one.clock, one.chance, one.told, std::nullopt);
    bool ended = false;
    boost::asio::co_spawn(one.loop, line.run(), [&](auto) { ended = true; });
    one.until([&] { return ended; });
    CHECK_THAT(one.told.seen.front(), contains("far too long"));
}
