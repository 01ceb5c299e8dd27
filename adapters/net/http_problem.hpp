// Answers that say what is wrong: problem documents (RFC 9457), the same from the HTTP server itself and from what is
// built on it. Pure.
#pragma once

#include "adapters/net/http_server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::net {

struct problem_field {
    std::string field;   // "infra_config.server_type"
    std::string detail;  // a sentence
};

// "Not Found"; empty for a status that HTTP does not know.
std::string_view reason_of(int status);

// `slug` becomes the type "urn:slipway:problem:<slug>", the status gives the title. `detail` is a sentence for people;
// bytes that are no UTF-8 are replaced. `errors` is left out where it is empty.
http_reply problem_reply(int status, std::string_view slug, std::string_view detail,
                         const std::vector<problem_field>& errors = {});

}  // namespace slipway::net
