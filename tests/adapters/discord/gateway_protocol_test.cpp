#include "adapters/discord/gateway_protocol.hpp"
#include "tests/adapters/discord/gateway_talk.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using need = gateway_protocol::need;
using std::chrono::milliseconds;

namespace {

gateway_session kept_session() {
    gateway_session out;
    out.id = "old";
    out.resume_url = "wss://resume.example";
    out.seq = 41;
    return out;
}

}  // namespace

TEST_CASE("a new session: address, hello, identify, ready, and heartbeats of which the first one comes by chance") {
    gateway_talk talk;
    CHECK(talk.protocol.next() == need::address);
    CHECK(talk.addressed().empty());
    CHECK(talk.protocol.url() == "wss://gateway.example:443/?v=10&encoding=json");
    talk.connect();
    CHECK(talk.protocol.next() == need::nothing);

    talk.chance = 0.25;
    CHECK(talk.hear(hello(40'000)) == words{"identify"});
    CHECK(talk.protocol.due() == talk.now + milliseconds{10'000});
    CHECK(talk.tick() == words{"heartbeat -"});  // READY has not come: it is alive all the same
    CHECK(talk.hear(ack).empty());
    CHECK(talk.hear(ready("abc", 1)) == words{"session abc 1", "ready 7"});
    CHECK(talk.protocol.due() == talk.now + milliseconds{40'000});
    CHECK(talk.hear(interaction_frame("9", 2)) == words{"interaction 9", "session abc 2"});
    CHECK(talk.tick() == words{"heartbeat 2"});
}

TEST_CASE("the last number that came is what heartbeats and resumes carry, also of events that mean nothing to us") {
    gateway_talk talk;
    talk.begin();
    CHECK(talk.hear(event_frame("GUILD_CREATE", 17)) == words{"session abc 17"});
    CHECK(talk.hear(R"({"op":0,"t":"WHATEVER","s":null,"d":null})") == words{"session abc 17"});
    CHECK(talk.tick() == words{"heartbeat 17"});
}

TEST_CASE("a heartbeat that is asked for is sent at once and moves no other") {
    gateway_talk talk;
    talk.begin();
    const auto due = talk.protocol.due();
    talk.now += milliseconds{1};
    CHECK(talk.hear(R"({"op":1,"d":null})") == words{"heartbeat 1"});
    CHECK(talk.protocol.due() == due);
    // It is not one of those whose answers are waited for.
    CHECK(talk.tick() == words{"heartbeat 1"});
}

TEST_CASE("without an answer between two heartbeats the connection is dead, and the session is taken up again") {
    gateway_talk talk;
    talk.begin();
    CHECK(talk.tick() == words{"heartbeat 1"});
    CHECK(talk.tick() == words{"end 4200"});
    CHECK(talk.protocol.next() == need::connection);
    CHECK(talk.protocol.url() == "wss://resume.example:443/?v=10&encoding=json");
    CHECK(talk.protocol.due() - talk.now <= milliseconds{500});
    talk.connect();
    CHECK(talk.hear(hello(20'000)) == words{"resume abc 1"});
    // The answer that is missing was the old connection's.
    CHECK(talk.tick() == words{"heartbeat 1"});
    CHECK(talk.hear(interaction_frame("9", 2)) == words{"interaction 9", "session abc 2"});
    CHECK(talk.hear(event_frame("RESUMED", 3)) == words{"session abc 3"});
}

TEST_CASE("frames of an earlier connection are passed over") {
    gateway_talk talk;
    talk.begin();
    const auto old = talk.number;
    CHECK(talk.hear(R"({"op":7,"d":null})") == words{"end 4200"});
    CHECK(talk.hear(interaction_frame("9", 2)).empty());  // before there is another one
    talk.connect();
    CHECK(talk.number != old);
    CHECK(talk.hear(hello()) == words{"resume abc 1"});
    CHECK(talk.protocol.received(old, interaction_frame("9", 2), talk.now).empty());
    CHECK(talk.protocol.received(old, R"({"op":9,"d":false})", talk.now).empty());
    CHECK(talk.protocol.lost(old, 4004, talk.now).empty());
    CHECK(talk.protocol.passed(old, talk.now + std::chrono::hours{1}).empty());
    CHECK(talk.protocol.next() == need::nothing);
}

TEST_CASE("another connection is asked for, also in place of a hello") {
    gateway_talk talk;
    talk.begin();
    CHECK(talk.hear(R"({"op":7,"d":null})") == words{"end 4200"});
    talk.connect();
    CHECK(talk.hear(R"({"op":7,"d":null})") == words{"end 4200"});
    CHECK(talk.protocol.next() == need::connection);
    talk.connect();
    CHECK(talk.hear(hello()) == words{"resume abc 1"});
}

TEST_CASE("a session that is refused is gone, but where it may be taken up again") {
    gateway_talk talk;
    talk.begin();
    const auto before = talk.now;
    SECTION("it is gone") {
        CHECK(talk.hear(R"({"op":9,"d":false})") == words{"no session", "end 1000"});
        CHECK(talk.protocol.next() == need::address);
    }
    SECTION("it is there") {
        CHECK(talk.hear(R"({"op":9,"d":true})") == words{"end 4200"});
        CHECK(talk.protocol.next() == need::connection);
    }
    // Discord wants one to five seconds.
    CHECK(talk.protocol.due() == before + milliseconds{3'000});
}

TEST_CASE("what a goodbye means") {
    struct row {
        std::optional<std::uint16_t> code;
        after_close then;
        bool told = false;
    };
    const row given = GENERATE(
        row{std::nullopt, after_close::resume}, row{1000, after_close::renew}, row{1001, after_close::renew},
        row{1005, after_close::resume}, row{1006, after_close::resume}, row{1011, after_close::resume},
        row{4000, after_close::resume}, row{4001, after_close::resume, true}, row{4002, after_close::resume, true},
        row{4003, after_close::renew}, row{4004, after_close::never}, row{4005, after_close::renew, true},
        row{4007, after_close::renew}, row{4008, after_close::renew, true}, row{4009, after_close::resume},
        row{4010, after_close::never}, row{4011, after_close::never}, row{4012, after_close::never},
        row{4013, after_close::never}, row{4014, after_close::never}, row{4999, after_close::resume});
    CAPTURE(given.code.value_or(0));
    gateway_talk talk;
    talk.begin();
    auto said = talk.close(given.code);
    if (given.told) {
        REQUIRE_FALSE(said.empty());
        CHECK_THAT(said.front(), contains("trouble: Discord ") && contains("report it"));
        said.erase(said.begin());
    }
    switch (given.then) {
        case after_close::resume:
            CHECK(said.empty());
            CHECK(talk.protocol.next() == need::connection);
            talk.connect();
            CHECK(talk.hear(hello()) == words{"resume abc 1"});
            break;
        case after_close::renew:
            CHECK(said == words{"no session"});
            CHECK(talk.protocol.next() == need::address);
            break;
        case after_close::never:
            REQUIRE(said.size() == 2);
            CHECK(said[0] == "no session");
            CHECK_THAT(said[1], contains("stopped " + std::to_string(*given.code) + ": The bot has stopped: Discord "));
            CHECK(talk.protocol.next() == need::end);
            break;
    }
}

TEST_CASE("whoever sent too much waits for a minute") {
    gateway_talk talk;
    talk.begin();
    talk.close(4008);
    CHECK(talk.protocol.due() >= talk.now + milliseconds{60'000});
}

TEST_CASE("a session that was kept is taken up again; one that makes no sense is not") {
    SECTION("it is there") {
        gateway_talk talk(kept_session());
        CHECK(talk.protocol.next() == need::connection);
        CHECK(talk.protocol.due() <= talk.now);
        talk.connect();
        CHECK(talk.hear(hello()) == words{"resume old 41"});
    }
    auto kept = kept_session();
    SECTION("no id") {
        kept.id.clear();
    }
    SECTION("an id of no size") {
        kept.id = std::string(257, 'x');
    }
    SECTION("no address") {
        kept.resume_url = "https://resume.example";
    }
    SECTION("the token would go over the network in the clear") {
        kept.resume_url = "ws://resume.example";
    }
    if (kept != kept_session()) CHECK(gateway_talk(kept).protocol.next() == need::address);
}

TEST_CASE("a resume that nobody answers is not tried again: a new session") {
    gateway_talk talk(kept_session());
    talk.connect();
    talk.hear(hello(600'000));
    CHECK(talk.tick() == words{"no session", "end 4200"});
    CHECK(talk.protocol.next() == need::address);
}

TEST_CASE("no hello, no ready: another connection") {
    gateway_talk talk;
    talk.addressed();
    talk.connect();
    SECTION("no hello") {
        CHECK(talk.protocol.due() == talk.now + milliseconds{15'000});
    }
    SECTION("no ready") {
        talk.hear(hello(600'000));
        CHECK(talk.protocol.due() == talk.now + milliseconds{20'000});
    }
    CHECK(talk.tick() == words{"end 4200"});
    CHECK(talk.protocol.next() == need::address);
}

TEST_CASE("three attempts at one session, then a new one") {
    gateway_talk talk;
    talk.begin();
    words said = talk.close(std::nullopt);
    const int way = GENERATE(0, 1, 2);
    for (int i = 0; i < 3; ++i) {
        CAPTURE(way, i);
        REQUIRE(talk.protocol.next() == need::connection);
        talk.pass_time();
        if (way == 0) {
            said = words_of(talk.protocol.not_connected("nobody is there", talk.now));
        } else {
            talk.connect();
            talk.hear(hello());
            // Taken up, and broken before a heartbeat was answered: that session is not sound.
            if (way == 2) talk.hear(event_frame("RESUMED", 2));
            said = talk.close(std::nullopt);
        }
    }
    REQUIRE_FALSE(said.empty());
    CHECK(said.back() == "no session");
    CHECK(talk.protocol.next() == need::address);
}

TEST_CASE("an answered heartbeat makes a session sound: its next break is its first") {
    gateway_talk talk;
    talk.begin();
    for (int i = 0; i < 10; ++i) {
        CHECK(talk.close(std::nullopt).empty());
        CHECK(talk.protocol.due() - talk.now <= milliseconds{500});
        talk.connect();
        talk.hear(hello());
        talk.hear(event_frame("RESUMED", 2 + i));
        talk.tick();
        talk.hear(ack);
    }
}

TEST_CASE("failures have longer and longer pauses, none is the same for all, and the third is worth a word") {
    gateway_talk talk;
    std::vector<milliseconds> pauses;
    int told = 0;
    for (int i = 0; i < 12; ++i) {
        talk.pass_time();
        for (const auto& word : words_of(talk.protocol.no_address("the name is not known", false, {}, talk.now))) {
            CHECK(i == 2);
            CHECK_THAT(word, contains("trouble: The bot has no connection to Discord: the name is not known."));
            ++told;
        }
        pauses.push_back(talk.protocol.due() - talk.now);
    }
    CHECK(told == 1);
    CHECK(pauses[0] <= milliseconds{250});
    CHECK(pauses[1] == milliseconds{500});
    CHECK(pauses[2] == milliseconds{1'000});
    CHECK(pauses[5] == milliseconds{8'000});
    CHECK(pauses.back() == milliseconds{120'000});
    talk.chance = 0;
    talk.pass_time();
    talk.protocol.no_address("", false, {}, talk.now);
    CHECK(talk.protocol.due() - talk.now == milliseconds{90'000});
    // What REST has been told is heeded.
    talk.pass_time();
    talk.protocol.no_address("", false, milliseconds{600'000}, talk.now);
    CHECK(talk.protocol.due() - talk.now == milliseconds{600'000});
}

TEST_CASE("a token that Discord does not know stops the bot before it connects") {
    gateway_talk talk;
    const auto said = words_of(talk.protocol.no_address("Check DISCORD_TOKEN.", true, {}, talk.now));
    CHECK(said == words{"stopped 4004: The bot has stopped: Check DISCORD_TOKEN."});
    CHECK(talk.protocol.next() == need::end);
}

TEST_CASE("no session is begun where too few are left: Discord would take the token away") {
    gateway_talk talk;
    const auto said = talk.addressed(5);
    REQUIRE(said.size() == 1);
    CHECK_THAT(said.front(), contains("trouble: ") && contains("5 of 1000") && contains("31 min"));
    CHECK(talk.protocol.next() == need::address);
    CHECK(talk.protocol.due() >= talk.now + std::chrono::minutes{30});
    CHECK(talk.addressed(6).empty());
    CHECK(talk.protocol.next() == need::connection);
}

TEST_CASE("each new session asks anew how many are left, and leaves five seconds between two") {
    gateway_talk talk;
    talk.addressed();
    talk.connect();
    talk.hear(hello());
    const auto identified = talk.now;
    talk.close(std::nullopt);
    CHECK(talk.protocol.next() == need::address);
    talk.addressed();
    CHECK(talk.protocol.due() == identified + milliseconds{5'500});
}

TEST_CASE("what is no frame ends the connection and nothing else") {
    const std::string text = GENERATE(as<std::string>{}, "", "{", "[]", "null", "{}", R"({"op":"10"})", R"({"op":-1})",
                                      R"({"op":1e99})", std::string("{\"op\":11}\0", 10), "\xff\xfe");
    gateway_talk talk;
    talk.begin();
    CHECK(talk.hear(text) == words{"end 4200"});
    CHECK(talk.protocol.next() == need::connection);
}

TEST_CASE("frames that Discord may yet invent, and those out of place, change nothing") {
    gateway_talk talk;
    talk.addressed();
    talk.connect();
    CHECK(talk.hear(interaction_frame("9", 2)).empty());  // nobody has said who we are
    CHECK(talk.hear(hello()) == words{"identify"});
    CHECK(talk.hear(hello()).empty());
    CHECK(talk.hear(interaction_frame("9", 2)).empty());
    CHECK(talk.hear(R"({"op":99,"d":{"a":[1]}})").empty());
    CHECK(talk.hear(ready("abc")).size() == 2);
    CHECK(talk.hear(R"({"op":0,"d":7,"s":"x","t":5})") == words{"session abc 1"});
}

TEST_CASE("a hello without a use and a ready without a session") {
    gateway_talk talk;
    talk.addressed();
    talk.connect();
    SECTION("no interval") {
        CHECK(talk.hear(R"({"op":10,"d":{}})") == words{"end 4200"});
    }
    SECTION("no data") {
        CHECK(talk.hear(R"({"op":10,"d":null})") == words{"end 4200"});
    }
    SECTION("a word") {
        CHECK(talk.hear(R"({"op":10,"d":{"heartbeat_interval":"soon"}})") == words{"end 4200"});
    }
    SECTION("no session") {
        talk.hear(hello());
        CHECK(talk.hear(event_frame("READY", 1, R"({"session_id":""})")) == words{"end 1000"});
    }
    SECTION("nothing in it") {
        talk.hear(hello());
        CHECK(talk.hear(event_frame("READY", 1, "[]")) == words{"end 1000"});
    }
    CHECK(talk.protocol.next() == need::address);
}

TEST_CASE("no interval makes us send without a pause, and none lets the connection die") {
    gateway_talk talk;
    talk.addressed();
    talk.connect();
    talk.chance = 0.999;
    const int given = GENERATE(-5, 0, 1, 2'000'000'000);
    talk.hear(hello(given));
    CHECK(talk.protocol.due() >= talk.now + milliseconds{99});
    CHECK(talk.protocol.due() <= talk.now + std::chrono::minutes{10});
}

TEST_CASE("a session without an address of its own is taken up again at the usual one") {
    gateway_talk talk;
    talk.addressed();
    talk.connect();
    talk.hear(hello());
    talk.hear(event_frame("READY", 1, R"({"session_id":"abc","resume_gateway_url":"ws://elsewhere.example"})"));
    talk.close(std::nullopt);
    CHECK(talk.protocol.url() == "wss://gateway.example:443/?v=10&encoding=json");
}

TEST_CASE("stopping leaves the session to the next process") {
    gateway_talk talk;
    talk.begin();
    CHECK(words_of(talk.protocol.stop()) == words{"end 4200"});
    CHECK(talk.protocol.next() == need::end);
    CHECK(gateway_talk().protocol.stop().empty());
}
