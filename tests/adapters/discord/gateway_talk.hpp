// The protocol of the gateway in a test's hands: time that it moves, frames in short, steps as words.
#pragma once

#include "adapters/discord/gateway_protocol.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::test {

using words = std::vector<std::string>;

inline std::string word_of(const discord::gateway_step& step) {
    using namespace discord;
    const auto of_session = [](const gateway_session& s) { return s.id + " " + std::to_string(s.seq); };
    if (const auto* s = std::get_if<send_heartbeat>(&step))
        return "heartbeat " + (s->seq ? std::to_string(*s->seq) : "-");
    if (std::get_if<send_identify>(&step)) return "identify";
    if (const auto* s = std::get_if<send_resume>(&step)) return "resume " + of_session(s->session);
    if (const auto* s = std::get_if<end_connection>(&step)) return "end " + std::to_string(s->code);
    if (const auto* s = std::get_if<tell_interaction>(&step)) return "interaction " + s->what.value("id", "?");
    if (const auto* s = std::get_if<tell_session>(&step))
        return s->session ? "session " + of_session(*s->session) : "no session";
    if (const auto* s = std::get_if<tell_ready>(&step)) return "ready " + s->application.value("id", "?");
    if (const auto* s = std::get_if<tell_trouble>(&step)) return "trouble: " + s->sentence;
    const auto& s = std::get<tell_stopped>(step);
    return "stopped " + std::to_string(s.code) + ": " + s.sentence;
}

inline words words_of(const discord::gateway_steps& steps) {
    words out;
    for (const auto& step : steps) out.push_back(word_of(step));
    return out;
}

inline std::string hello(int interval_ms = 40'000) {
    return R"({"op":10,"d":{"heartbeat_interval":)" + std::to_string(interval_ms) + R"(},"s":null,"t":null})";
}
inline const std::string ack = R"({"op":11})";
inline std::string event_frame(const std::string& name, int seq, const std::string& data = "{}") {
    return R"({"op":0,"t":")" + name + R"(","s":)" + std::to_string(seq) + R"(,"d":)" + data + "}";
}
inline std::string ready(const std::string& id, int seq = 1) {
    return event_frame("READY", seq,
                 R"({"v":10,"session_id":")" + id +
                     R"(","resume_gateway_url":"wss://resume.example","application":{"id":"7","flags":0}})");
}
inline std::string interaction_frame(const std::string& id, int seq) {
    return event_frame("INTERACTION_CREATE", seq, R"({"id":")" + id + R"("})");
}

struct gateway_talk {
    using need = discord::gateway_protocol::need;

    explicit gateway_talk(std::optional<discord::gateway_session> kept = std::nullopt)
        : protocol(std::move(kept), [this] { return chance; }) {}
    gateway_talk(const gateway_talk&) = delete;

    static discord::session_limit sessions(int remaining) {
        discord::session_limit out;
        out.total = 1000;
        out.remaining = remaining;
        out.reset_after = std::chrono::minutes{30};
        return out;
    }

    // What it waits for passes.
    void pass_time() { now = std::max(now, protocol.due()); }

    words addressed(int remaining = 1000) {
        pass_time();
        REQUIRE(protocol.next() == need::address);
        return words_of(protocol.addressed("wss://gateway.example", sessions(remaining), now));
    }
    void connect() {
        pass_time();
        REQUIRE(protocol.next() == need::connection);
        number = protocol.connected(now);
    }
    words hear(const std::string& text) { return words_of(protocol.received(number, text, now)); }
    words tick() {
        pass_time();
        return words_of(protocol.passed(number, now));
    }
    words close(std::optional<std::uint16_t> code) { return words_of(protocol.lost(number, code, now)); }

    // A new session, up to its first answered heartbeat: it is sound.
    void begin(const std::string& id = "abc") {
        addressed();
        connect();
        CHECK(hear(hello()) == words{"identify"});
        CHECK(hear(ready(id)) == words{"session " + id + " 1", "ready 7"});
        tick();
        CHECK(hear(ack).empty());
    }

    double chance = 0.5;
    std::chrono::milliseconds now{1'000'000};
    std::uint64_t number = 0;
    discord::gateway_protocol protocol;
};

}  // namespace slipway::test
