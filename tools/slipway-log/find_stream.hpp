// Finds the stream that a person means.
#pragma once

#include "engine/ports/log_reader.hpp"

#include <string>

namespace slipway::inspection {

// `what` is a full id, a name, or the beginning or end of an id that only one stream has. Of several streams with one
// name the live one is meant. not_found where there is none, usage (with the candidates) where there are several.
result<stream_id> find_stream(log_reader& log, const std::string& what);

// "the event log has no stream …": ends the sentence for the person who asked.
error no_such_stream(const std::string& what);

}  // namespace slipway::inspection
