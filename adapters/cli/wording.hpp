// Events and durations in words, for people. Pure.
#pragma once

#include "engine/model/event.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace slipway::cli {

// "waiting for SSH"
std::string in_progress(step s);

// "server 42 created in nbg1 (cx23), 203.0.113.7"; empty for events that need no line of their own. `at`: when it happened.
std::string past_tense(const event& e, timestamp at);

// "0.4 s", "72 s", "12 min"
std::string seconds_text(std::chrono::milliseconds d);

// What others wrote (a recipe, Hetzner), without control characters that could take over a terminal.
std::string printable(std::string_view text);

}  // namespace slipway::cli
