// What hetzner-sim's routes take and give: an HTTP request without its connection, and an answer without its headers'
// plumbing. Plain values; nothing here touches a socket or a clock.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::sim {

// Keys stay in the order in which they were written, as Hetzner's answers have them.
using json = nlohmann::ordered_json;

struct request {
    std::string method;
    std::string path;                                        // percent-decoded, without the query: "/v1/servers"
    std::string target;                                      // as sent: "/v1/servers?name=a"
    std::vector<std::pair<std::string, std::string>> query;  // decoded, repeated keys stay repeated
    std::string body;
    std::string token;  // of "Authorization: Bearer …"; empty without one

    // The first value of a query key, or "".
    std::string value(const std::string& key) const;
    std::vector<std::string> values(const std::string& key) const;
};

// Splits a request target into path and query. False where the percent-encoding is broken.
bool split_target(const std::string& target, request& into);

// What becomes of an answer: a fault may have it lost or kept back for ever.
enum class delivery { send, drop_connection, keep_silent };

struct reply {
    int status = 200;
    std::string body;  // empty: no content
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    delivery how = delivery::send;
};

reply answer(int status, const json& body);
reply no_content();

// {"error": {"code", "message", "details"}}
reply failure(int status, const std::string& code, const std::string& message, const json& details = nullptr);
// 422 invalid_input with details.fields, as the API has it for one bad field.
reply invalid_field(const std::string& field, const std::string& message);
reply name_taken(const std::string& message, const std::string& field);
// The gateway's 404 for a path that it does not know; it comes before the token is looked at.
reply unknown_path();
reply not_found(const std::string& what, std::int64_t id);

}  // namespace slipway::sim
