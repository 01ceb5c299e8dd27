// What Discord's gateway may say, a frame a line, and what its REST API may answer. A line that begins with '<' is an
// answer's body, its status before it. Whatever comes: the steps fit together, nothing is sent after a connection's
// end, no wait is endless, and no token of ours is told.
#include "adapters/discord/gateway_protocol.hpp"
#include "adapters/discord/rest_error.hpp"
#include "tests/fuzz/check.hpp"

#include <string>

using namespace slipway;
using namespace slipway::discord;
using fuzz::check;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view token = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

void answer(std::string_view line) {
    net::http_response given;
    given.status = line.empty() ? 429 : 400 + line.front() % 120;
    given.body = std::string(line) + std::string(token);
    const auto error = read_refusal(given, "GET /x", token, "");
    check(error.message.find(token) == std::string::npos, "a token is not told", error.message);
    check(error.message.size() < 600, "a message is short", error.message);
    const auto pause = read_pause(given);
    check(pause.wait >= milliseconds{0} && pause.wait <= std::chrono::hours{24}, "a pause has an end");
}

class conversation {
public:
    conversation() : protocol_(std::nullopt, [] { return 0.5; }) {}

    void say(std::string_view frame) {
        reach();
        if (protocol_.next() != gateway_protocol::need::nothing) return;
        perform(protocol_.received(number_, frame, now_));
        if (protocol_.next() != gateway_protocol::need::nothing) return;
        const auto due = protocol_.due();
        check(due <= now_ + std::chrono::minutes{10}, "something is due soon while there is a connection");
        now_ = std::max(now_, due);
        perform(protocol_.passed(number_, now_));
    }

private:
    // A connection, where there may be one.
    void reach() {
        while (protocol_.next() == gateway_protocol::need::address ||
               protocol_.next() == gateway_protocol::need::connection) {
            check(protocol_.due() <= now_ + std::chrono::minutes{5}, "no pause is long");
            now_ = std::max(now_, protocol_.due());
            if (protocol_.next() == gateway_protocol::need::address) {
                session_limit sessions;
                sessions.total = sessions.remaining = 1000;
                perform(protocol_.addressed("wss://gateway.example", sessions, now_));
            } else {
                check(connect_url(protocol_.url()).has_value(), "there is an address", protocol_.url());
                number_ = protocol_.connected(now_);
            }
        }
    }

    void perform(const gateway_steps& steps) {
        bool over = false;
        for (const auto& step : steps) {
            const bool sends = std::holds_alternative<send_heartbeat>(step) ||
                               std::holds_alternative<send_identify>(step) || std::holds_alternative<send_resume>(step);
            check(!sends || !over, "nothing is sent after the end");
            if (const auto* again = std::get_if<send_resume>(&step))
                check(resume_text(token, again->session).size() <= longest_frame, "a frame is not too long");
            over = over || std::holds_alternative<end_connection>(step);
        }
        check(!over || protocol_.next() != gateway_protocol::need::nothing, "after an end there is something to do");
    }

    gateway_protocol protocol_;
    std::uint64_t number_ = 0;
    milliseconds now_{1'000};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text_of(data, size);
    conversation with;
    while (!rest.empty()) {
        std::string_view line = fuzz::take_until(rest, '\n');
        if (line.starts_with('<'))
            answer(line.substr(1));
        else
            with.say(line);
    }
    return 0;
}
