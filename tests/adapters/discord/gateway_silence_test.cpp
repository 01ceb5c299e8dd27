#include "tests/adapters/discord/gateway_talk.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using need = gateway_protocol::need;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

// Heartbeats and their answers, until something else happens or `most` has passed.
words beat_on(gateway_talk& talk, milliseconds most) {
    const auto end = talk.now + most;
    while (talk.protocol.due() < end) {
        const auto said = talk.tick();
        if (said != words{"heartbeat " + std::to_string(2)} && said != words{"heartbeat 1"}) return said;
        talk.hear(ack);
    }
    talk.now = end;
    return {};
}

}  // namespace

TEST_CASE("a bot that nobody uses may hear nothing for days") {
    gateway_talk talk;
    talk.begin();
    CHECK(beat_on(talk, hours{72}).empty());
}

TEST_CASE("silence after use: the session is taken up again after half an hour, a new one is begun after two") {
    gateway_talk talk;
    talk.begin();
    const auto used = talk.now;
    talk.hear(interaction_frame("9", 2));
    CHECK(beat_on(talk, minutes{29}).empty());

    CHECK(beat_on(talk, minutes{5}) == words{"end 4200"});
    CHECK(talk.now == used + minutes{30});
    CHECK(talk.protocol.next() == need::connection);
    talk.connect();
    CHECK(talk.hear(hello()) == words{"resume abc 2"});
    talk.hear(event_frame("RESUMED", 2));

    SECTION("it goes on") {
        CHECK(beat_on(talk, hours{3}) == words{"end 4200"});
        CHECK(talk.now == used + hours{2});
        CHECK(talk.protocol.next() == need::address);
        SECTION("there are enough sessions") {
            CHECK(talk.addressed(1000) == words{"no session"});
            talk.connect();
            CHECK(talk.hear(hello()) == words{"identify"});
            talk.hear(ready("new"));
            // And less and less often, where it was just a quiet time.
            const auto begun = talk.now;
            CHECK(beat_on(talk, hours{24}) == words{"end 4200"});
            CHECK(talk.now == begun + hours{4});
            CHECK(talk.protocol.next() == need::address);
        }
        SECTION("there are few: the old one is kept") {
            CHECK(talk.addressed(499).empty());
            CHECK(talk.protocol.next() == need::connection);
            talk.connect();
            CHECK(talk.hear(hello()) == words{"resume abc 2"});
        }
        SECTION("nobody knows: the old one is kept") {
            CHECK(talk.protocol.no_address("the network is down", false, {}, talk.now).empty());
            CHECK(talk.protocol.next() == need::connection);
        }
    }
    SECTION("it was just quiet") {
        talk.now += minutes{10};
        talk.hear(interaction_frame("10", 2));
        const auto again = talk.now;
        CHECK(beat_on(talk, hours{1}) == words{"end 4200"});
        CHECK(talk.now == again + minutes{30});
        CHECK(talk.protocol.next() == need::connection);
    }
}
