#include "adapters/discord/gateway_frames.hpp"
#include "adapters/discord/send_queue.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace slipway;
using namespace slipway::discord;
using nlohmann::json;
using std::chrono::milliseconds;

TEST_CASE("what is said to the gateway") {
    CHECK(json::parse(heartbeat_text(std::nullopt)) == json::parse(R"({"op":1,"d":null})"));
    CHECK(json::parse(heartbeat_text(251)) == json::parse(R"({"op":1,"d":251})"));
    const json identify = json::parse(identify_text("a.b.c"));
    CHECK(identify["op"] == 2);
    CHECK(identify["d"]["token"] == "a.b.c");
    CHECK(identify["d"]["intents"] == 0);
    CHECK(identify["d"]["properties"]["os"] == "linux");
    CHECK_FALSE(identify["d"].contains("compress"));
    gateway_session session;
    session.id = "abc";
    session.seq = 9;
    CHECK(json::parse(resume_text("a.b.c", session)) ==
          json::parse(R"({"op":6,"d":{"token":"a.b.c","session_id":"abc","seq":9}})"));
}

TEST_CASE("the longest that may be said fits into a frame") {
    gateway_session session;
    session.id = std::string(256, '\x01');  // each becomes six bytes
    session.seq = UINT64_MAX;
    CHECK(resume_text(std::string(512, 'x'), session).size() <= longest_frame);
    CHECK(identify_text(std::string(512, 'x')).size() <= longest_frame);
}

TEST_CASE("the address has the version and the form, whatever was given") {
    CHECK(connect_url("wss://gateway.example") == "wss://gateway.example:443/?v=10&encoding=json");
    CHECK(connect_url("wss://gateway.example/") == "wss://gateway.example:443/?v=10&encoding=json");
    CHECK(connect_url("wss://gateway.example/?v=6&encoding=etf") == "wss://gateway.example:443/?v=10&encoding=json");
    CHECK(connect_url("ws://127.0.0.1:8080/resume") == "ws://127.0.0.1:8080/resume?v=10&encoding=json");
    CHECK_FALSE(connect_url("ws://gateway.example"));
    CHECK_FALSE(connect_url("https://gateway.example"));
    CHECK_FALSE(connect_url(""));
    CHECK_FALSE(connect_url("wss://user@gateway.example"));
}

TEST_CASE("what GET /gateway/bot answers") {
    const auto read = read_gateway_address(json::parse(
        R"({"url":"wss://g","shards":1,"session_start_limit":{"total":1000,"remaining":999,"reset_after":86400000,"max_concurrency":1}})"));
    REQUIRE(read);
    CHECK(read->url == "wss://g");
    CHECK(read->sessions.total == 1000);
    CHECK(read->sessions.remaining == 999);
    CHECK(read->sessions.reset_after == milliseconds{86'400'000});
    for (const char* wrong :
         {"null", "[]", "{}", R"({"url":"wss://g"})", R"({"url":1,"session_start_limit":{}})",
          R"({"url":"wss://g","session_start_limit":{"total":1000,"remaining":-1,"reset_after":1}})",
          R"({"url":"wss://g","session_start_limit":{"total":1000,"remaining":"9","reset_after":1}})"}) {
        CAPTURE(wrong);
        CHECK_FALSE(read_gateway_address(json::parse(wrong)));
    }
}

TEST_CASE("heartbeats go before all else, and one of them is enough") {
    send_queue queue;
    const milliseconds now{5};
    CHECK_FALSE(queue.due(now));
    queue.push("identify");
    queue.push_heartbeat("old");
    queue.push_heartbeat("new");
    CHECK(queue.due(now) == now);
    CHECK(queue.pop(now) == "new");
    CHECK(queue.pop(now) == "identify");
    CHECK_FALSE(queue.pop(now));
}

TEST_CASE("never more than 120 in a minute, and there is always room for a heartbeat") {
    send_queue queue;
    milliseconds now{0};
    for (int i = 0; i < 300; ++i) queue.push("text");
    int sent = 0;
    while (queue.pop(now)) ++sent;
    CHECK(sent == 100);
    queue.push_heartbeat("heartbeat");
    CHECK(queue.pop(now) == "heartbeat");

    // Asked for as fast as Discord likes, they stay within the limit, too.
    int beats = 1;
    for (int i = 0; i < 300; ++i) {
        queue.push_heartbeat("heartbeat");
        beats += queue.pop(now) ? 1 : 0;
    }
    CHECK(sent + beats <= 120);
    CHECK(beats >= 2);
    CHECK(queue.due(now) == milliseconds{60'000});
    now = milliseconds{59'999};
    CHECK_FALSE(queue.pop(now));
    now = milliseconds{60'000};
    CHECK(queue.pop(now) == "heartbeat");
}
