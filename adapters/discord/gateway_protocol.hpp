// What Discord's gateway (version 10) says and what is to be done about it: frames, the end of a connection and time go
// in; frames, ends of connections and what comes next go out. No socket, no clock, no token in here: whoever has those
// (gateway.hpp) brings them and does what the steps say, in their order.
//
// A connection has a number. What still comes of an earlier one is passed over.
//
// A session is taken up again (RESUME) wherever Discord allows it, three times in a row at most; then, and where it
// does not, a new one is begun (IDENTIFY), which Discord allows only so often in a day: whoever exceeds that loses his
// token. So each new session asks first how many are left (GET /gateway/bot), and failures have longer and longer
// pauses.
//
// Sessions have been seen that are alive in all respects and yet bring nothing any more, for hours, until a new one was
// begun. Nobody can tell one from a quiet day. So a bot that was used, and has heard nothing for half an hour, takes
// the session up again, which costs nothing; after two hours it begins a new one, then after four, eight and so on to a
// day: a dozen sessions a day of the thousand at most, also where a bot is used once and never again.
#pragma once

#include "adapters/discord/gateway_frames.hpp"
#include "adapters/discord/gateway_session.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::discord {

// To be sent.
struct send_heartbeat {
    std::optional<std::uint64_t> seq;
};
struct send_identify {};
struct send_resume {
    gateway_session session;
};
// The connection is to be closed with this code, and forgotten.
struct end_connection {
    std::uint16_t code = 0;
};
// To be told.
struct tell_interaction {
    nlohmann::json what;
};
struct tell_session {
    std::optional<gateway_session> session;
};
struct tell_ready {
    nlohmann::json application;
};
struct tell_trouble {
    std::string sentence;
};
struct tell_stopped {
    int code = 0;
    std::string sentence;
};

using gateway_step = std::variant<send_heartbeat, send_identify, send_resume, end_connection, tell_interaction,
                                  tell_session, tell_ready, tell_trouble, tell_stopped>;
using gateway_steps = std::vector<gateway_step>;

class gateway_protocol {
public:
    // `chance`: uniform in [0, 1).
    gateway_protocol(std::optional<gateway_session> kept, std::function<double()> chance);

    enum class need {
        address,     // GET /gateway/bot, for a new session: addressed() or no_address()
        connection,  // to url(): connected() or not_connected()
        nothing,     // there is a connection: received(), lost(), passed()
        end,         // it is over
    };

    need next() const { return next_; }
    // Not before that is anything to be done: about the address, the connection, or by passed().
    std::chrono::milliseconds due() const;
    const std::string& url() const { return url_; }
    // Of the last connection, or of the last attempt at one: why it ended, as the end of a sentence.
    const std::string& why() const { return why_; }

    gateway_steps addressed(std::string url, const session_limit& sessions, std::chrono::milliseconds now);
    // `refused`: Discord does not know the bot's token. `wait`: it is not to be asked before that has passed.
    gateway_steps no_address(std::string why, bool refused, std::chrono::milliseconds wait,
                             std::chrono::milliseconds now);

    // Answers with the new connection's number.
    std::uint64_t connected(std::chrono::milliseconds now);
    gateway_steps not_connected(std::string why, std::chrono::milliseconds now);

    gateway_steps received(std::uint64_t connection, std::string_view text, std::chrono::milliseconds now);
    // It has ended, and not by a step of ours; without a code: it broke.
    gateway_steps lost(std::uint64_t connection, std::optional<std::uint16_t> code, std::chrono::milliseconds now);
    // due() has come.
    gateway_steps passed(std::uint64_t connection, std::chrono::milliseconds now);

    // Where a connection is, it is ended so that the session outlives it.
    gateway_steps stop();

private:
    enum class phase { none, greeting, beginning, resuming, live };
    using milliseconds = std::chrono::milliseconds;

    void greeted(const gateway_frame& hello, milliseconds now, gateway_steps& out);
    void dispatched(gateway_frame frame, milliseconds now, gateway_steps& out);
    void begun(const gateway_frame& ready, milliseconds now, gateway_steps& out);
    void refused(bool resumable, milliseconds now, gateway_steps& out);
    void beat(milliseconds now, gateway_steps& out);
    void wonder(milliseconds now, gateway_steps& out);

    void end(std::uint16_t code, gateway_steps& out);
    void forget_session(gateway_steps& out);
    void again(std::string why, milliseconds at_least, milliseconds now, gateway_steps& out);
    void resume_from(milliseconds when);
    void give_up(int code, std::string sentence, gateway_steps& out);

    std::function<double()> chance_;
    std::optional<gateway_session> session_;
    need next_ = need::address;
    phase phase_ = phase::none;
    std::string url_;
    std::string why_;
    std::uint64_t connection_ = 0;
    milliseconds not_before_{0};  // for an address or a connection
    int failures_ = 0;            // since a session has last been sound
    int resumes_ = 0;             // the same, of attempts to take the session up again
    std::optional<milliseconds> identified_at_;

    // Of the connection.
    milliseconds patience_ends_{0};  // HELLO, then READY or RESUMED has to come until then
    milliseconds interval_{0};       // zero: no HELLO yet
    milliseconds next_beat_{0};
    bool unanswered_ = false;  // the last heartbeat is

    // Of the silence.
    bool used_ = false;         // an interaction has come
    bool wondered_ = false;     // the session was taken up again for it
    bool renewing_ = false;     // a new session is wanted for it, if there are enough
    milliseconds heard_at_{0};  // the last interaction, or the beginning of the session
    milliseconds renew_after_{0};
};

}  // namespace slipway::discord
