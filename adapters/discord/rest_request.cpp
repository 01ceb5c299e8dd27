#include "adapters/discord/rest_request.hpp"

#include "adapters/net/url.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/hex.hpp"

#include <utility>

namespace slipway::discord {

using net::percent_encode;
using nlohmann::json;

namespace {

// Text that is no UTF-8 comes from people; it becomes what can be sent.
std::string json_text(const json& body) {
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

rest_request request(std::string method, std::string route, std::string path) {
    rest_request out;
    out.repeatable = method != "POST";
    out.method = std::move(method);
    out.route = std::move(route);
    out.path = std::move(path);
    return out;
}

rest_request of_interaction(std::string method, std::string route, std::string path, std::string_view token,
                            const json& body) {
    rest_request out = request(std::move(method), std::move(route), std::move(path));
    out.major = hex(sha256("slipway interaction ", token)).substr(0, 32);
    out.body = json_text(body);
    out.interaction_token = token;
    out.as_bot = false;
    return out;
}

}  // namespace

rest_request callback_request(std::string_view interaction_id, std::string_view token, const json& response) {
    return of_interaction("POST", "/interactions/{interaction}/{token}/callback",
                          "/interactions/" + percent_encode(interaction_id) + "/" + percent_encode(token) + "/callback",
                          token, response);
}

rest_request edit_original_request(std::string_view application_id, std::string_view token, const json& body) {
    rest_request out = of_interaction(
        "PATCH", "/webhooks/{application}/{token}/messages/@original",
        "/webhooks/" + percent_encode(application_id) + "/" + percent_encode(token) + "/messages/@original", token,
        body);
    out.may_be_early = true;
    return out;
}

rest_request original_request(std::string_view application_id, std::string_view token) {
    rest_request out = edit_original_request(application_id, token, {});
    out.method = "GET";
    out.body.clear();
    out.may_be_early = false;
    return out;
}

rest_request follow_up_request(std::string_view application_id, std::string_view token, const json& body) {
    rest_request out =
        of_interaction("POST", "/webhooks/{application}/{token}",
                       "/webhooks/" + percent_encode(application_id) + "/" + percent_encode(token), token, body);
    out.may_be_early = true;
    return out;
}

rest_request send_message_request(std::string_view channel_id, const json& body) {
    rest_request out =
        request("POST", "/channels/{channel}/messages", "/channels/" + percent_encode(channel_id) + "/messages");
    out.major = channel_id;
    out.body = json_text(body);
    return out;
}

rest_request edit_message_request(std::string_view channel_id, std::string_view message_id, const json& body) {
    rest_request out = request("PATCH", "/channels/{channel}/messages/{message}",
                               "/channels/" + percent_encode(channel_id) + "/messages/" + percent_encode(message_id));
    out.major = channel_id;
    out.body = json_text(body);
    return out;
}

rest_request open_dm_request(std::string_view user_id) {
    rest_request out = request("POST", "/users/@me/channels", "/users/@me/channels");
    json body;
    body["recipient_id"] = user_id;
    out.body = json_text(body);
    out.repeatable = true;  // there is one channel to each person
    return out;
}

rest_request application_request() {
    return request("GET", "/applications/@me", "/applications/@me");
}

rest_request commands_request(std::string_view application_id) {
    return request("GET", "/applications/{application}/commands",
                   "/applications/" + percent_encode(application_id) + "/commands");
}

rest_request overwrite_commands_request(std::string_view application_id, const json& body) {
    rest_request out = commands_request(application_id);
    out.method = "PUT";
    out.body = json_text(body);
    return out;
}

rest_request gateway_bot_request() {
    rest_request out = request("GET", "/gateway/bot", "/gateway/bot");
    out.tried_once = true;
    return out;
}

rest_request gateway_request() {
    rest_request out = request("GET", "/gateway", "/gateway");
    out.as_bot = false;
    return out;
}

}  // namespace slipway::discord
