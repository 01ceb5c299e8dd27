// When a step that failed is tried again, how the next attempt differs, and when to give up. Pure: time and jitter are
// passed in, and the answer becomes part of the log (step_failed), so that a restart keeps to the same plan.
#pragma once

#include "engine/machines/vm.hpp"

namespace slipway {

// The events that the facts of a successful attempt cause in this state. Facts that the state has no use for any more
// (the VM was cancelled meanwhile) are left out, but never one that names something that now exists at Hetzner.
std::vector<event> events_of_success(const vm_state& state, const std::vector<event>& facts);

// The events that a failed attempt causes: a planned retry, or the way to the end. `jitter` in [0, 1).
std::vector<event> events_of_failure(const vm_state& state, step s, const step_failure& failure, timestamp now,
                                     double jitter);

}  // namespace slipway
