// What may come of a request to Discord's REST API, sorted by what its caller has to do. Pure.
#pragma once

#include "adapters/net/http_client.hpp"

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slipway::discord {

enum class rest_failure {
    not_sent,              // Discord cannot have seen it: no connection
    unauthorized,          // 401: Discord refuses the bot's token
    expired,               // 50027, 10015: an interaction's token is over, or never was
    unknown_interaction,   // 10062: too late, or somebody else has answered
    already_acknowledged,  // 40060 at the first attempt: another process holds this bot's token
    unknown_message,       // 10008: somebody has deleted it
    forbidden,             // 403: 50001, 50007, 50013 and so on
    invalid,               // any other 4xx, 50035 above all: a request of ours that is wrong
    rate_limited,          // given up: the pause that Discord asks for is too long, or there were too many
    server_error,          // 5xx, or an answer that cannot be read; it may have had its effect
    lost,                  // sent, and no answer came; it may have had its effect
};

struct rest_error {
    rest_failure failure = rest_failure::lost;
    int status = 0;       // 0: no answer
    int code = 0;         // Discord's own; 0: none
    std::string message;  // a sentence for people, without any token and without an address that holds one
    std::chrono::milliseconds wait{0};  // rate_limited: nothing is to be tried before that has passed
};

[[noreturn]] inline void throw_exception_from_error(const rest_error& e, const boost::source_location&) {
    throw std::logic_error("no answer of Discord's: " + e.message);
}

template <class T>
using rest_result = boost::system::result<T, rest_error>;

// What Discord asks for in a 429.
struct rest_pause {
    std::chrono::milliseconds wait{0};
    bool everything = false;  // the limit of the whole bot, not of one kind of request
    bool shared = false;      // others have used it up: it does not count against us
    bool banned = false;      // not Discord's limit but a block of the machine's address, in front of it
};

// `answer` is a 429.
rest_pause read_pause(const net::http_response& answer);

// `answer` is none of success. `what` is what was asked for, for people: "POST /channels/{channel}/messages". Texts of
// Discord's lose the pieces of these tokens that they quote.
rest_error read_refusal(const net::http_response& answer, std::string_view what, std::string_view bot_token,
                        std::string_view interaction_token);

rest_error read_failure(const net::http_error& failed, std::string_view what);

// A text of Discord's as part of a sentence of ours: one line, not long, without those tokens.
std::string harmless_text(std::string_view text, std::string_view bot_token, std::string_view interaction_token);

}  // namespace slipway::discord
