// The life of one stream as its machine tells it: the same evolve() that wrote the records folds them here. Pure.
#pragma once

#include "engine/machines/vm.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::service {

struct history {
    vm_state state;                     // the last one
    std::vector<std::string> states;    // after each record; ends before the first record that could not be applied
    std::optional<std::string> broken;  // why that record could not be applied
    std::optional<stream_head> head;  // what the last state makes the head (without its hash); none if nothing applied
    std::string waits_for;            // "step reach_ssh, started …", "a command", "nothing: it has ended"
};

// The machines that this program knows, by the kind that streams carry.
const std::vector<std::string>& machine_names();

// Folds the records of one stream, from its first. Versions are not compared: a gap shows as a transition that is not
// allowed, or not at all (verify looks at versions by themselves).
history fold(std::span<const event_record> records);

}  // namespace slipway::service
