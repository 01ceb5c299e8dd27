// An answer of the API as the CLI takes it: JSON, or what to say and the exit code. Pure.
#pragma once

#include "adapters/net/http_message.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace slipway::cli {

struct api_answer {
    int code = 0;                     // exit code: 0 where the answer is good
    std::string complaint;            // otherwise: a sentence, and a line for each wrong field
    nlohmann::ordered_json document;  // of a good answer

    bool good() const { return code == 0; }
};

// A 2xx with JSON is good. A problem document (RFC 9457) becomes its sentence; anything else is said to be no slipway.
api_answer read_answer(const net::http_response& from);

}  // namespace slipway::cli
