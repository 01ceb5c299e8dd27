// When a step that failed is tried again, how the next attempt differs, and when to give up. Pure: time and jitter are
// passed in, and the answer becomes part of the log (step_failed), so that a restart keeps to the same plan.
#pragma once

#include "engine/machines/vm.hpp"

namespace slipway {

// The events that the facts of a successful attempt cause in this state. Facts that the state has no use for any more
// (the VM was cancelled meanwhile) are left out, but never one that names something that now exists at Hetzner.
std::vector<event> events_of_success(const vm_state& state, const std::vector<event>& facts);

// What the plan is made from, besides the state and the failure.
struct circumstances {
    timestamp now;
    double jitter = 0;  // in [0, 1)
    // This process has itself been answered that the server is made. One that only a log tells of may be somebody's by
    // now, or be worked on at this moment, in another history of that log.
    bool witnessed = true;
};

// The events that a failed attempt causes: a planned retry, a hold, or the way to the end.
std::vector<event> events_of_failure(const vm_state& state, step s, const step_failure& failure,
                                     const circumstances& c);

// The rule of a refusal: a contract's time is over when this machine's clock and Hetzner's both say so.
inline constexpr std::string_view clocks_rule = "both_clocks";

// How long to wait before what could not be deleted is tried again: a minute, then minutes, then hours.
std::chrono::milliseconds mending_delay(int attempts);

}  // namespace slipway
