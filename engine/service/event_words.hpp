// Events, steps and durations in words, for people: one way to say them at a terminal and in a chat. Pure. What others wrote
// (Hetzner, a recipe) comes without control characters; what a chat would take for markup is the chat's business.
#pragma once

#include "engine/model/event.hpp"

#include <chrono>
#include <string>

namespace slipway::service {

// "waiting for SSH"
std::string in_progress(step s);

// "server 42 created in nbg1 (cx23), 203.0.113.7"; empty for events that need no line of their own. `at`: when it happened.
std::string past_tense(const event& e, timestamp at);

// "0.4 s", "72 s", "12 min"
std::string seconds_text(std::chrono::milliseconds d);

}  // namespace slipway::service
