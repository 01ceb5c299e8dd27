// The requests that slipway makes of Discord, and what has to be known of each: how it is counted, whether it may be
// made twice, and what may be said of it aloud. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace slipway::discord {

struct rest_request {
    std::string method;
    std::string route;              // for people, logs and buckets: "/channels/{channel}/messages"
    std::string path;               // what is asked for. May hold an interaction's token: never shown
    std::string major;              // limits are counted for each of these apart; holds no token, a digest at most
    std::string body;               // JSON; empty: none
    std::string interaction_token;  // to be taken out of Discord's texts
    bool as_bot = true;             // carries the bot's token, and counts in the limit of all its requests
    bool repeatable = false;        // has the same effect when it is made twice
    bool tried_once = false;        // who asks has pauses of his own
    bool may_be_early = false;      // Discord may not know yet what it is about, and says 404

    std::string what() const { return method + " " + route; }
};

rest_request callback_request(std::string_view interaction_id, std::string_view token, const nlohmann::json& response);
rest_request edit_original_request(std::string_view application_id, std::string_view token, const nlohmann::json& body);
rest_request original_request(std::string_view application_id, std::string_view token);
rest_request follow_up_request(std::string_view application_id, std::string_view token, const nlohmann::json& body);
rest_request send_message_request(std::string_view channel_id, const nlohmann::json& body);
rest_request edit_message_request(std::string_view channel_id, std::string_view message_id, const nlohmann::json& body);
rest_request open_dm_request(std::string_view user_id);
rest_request application_request();
rest_request commands_request(std::string_view application_id);
rest_request overwrite_commands_request(std::string_view application_id, const nlohmann::json& body);
rest_request gateway_bot_request();
rest_request gateway_request();  // without a token: what keeps a connection warm

}  // namespace slipway::discord
