// Words for a terminal.
#pragma once

#include "engine/base/terminal_text.hpp"
#include "engine/service/event_words.hpp"

namespace slipway::cli {

using service::in_progress;
using service::past_tense;
using service::seconds_text;

// What others wrote (a recipe, Hetzner), without control characters that could take over a terminal.
inline std::string printable(std::string_view text) { return without_controls(text); }

}  // namespace slipway::cli
