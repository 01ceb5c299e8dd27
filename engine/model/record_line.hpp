// A record of the event log as one line of JSON, wherever records go out: slipway-log, GET /v1/events, exports. Pure.
#pragma once

#include "engine/model/record.hpp"

#include <string>
#include <string_view>

namespace slipway {

// Without the line's end, bytes that are not UTF-8 replaced. `data` is the very text that was hashed, where it is valid
// JSON on one line; a string where it is no JSON at all. Data that this program cannot decode is followed by
// "undecodable" with the reason. `more`: the text of a JSON object whose members come last; empty for none.
std::string record_line(const event_record& record, std::string_view more = {});

}  // namespace slipway
