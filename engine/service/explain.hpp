// A stream's situation in sentences for people. Pure.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/ports/log_reader.hpp"

#include <span>
#include <string>
#include <vector>

namespace slipway::service {

struct dated_failure {
    timestamp at;
    step_failed what;
};

struct dated_refusal {
    timestamp at;
    std::string actor;
    command_refused what;
};

// What happened to a stream, as far as it explains where it is.
struct story {
    vm_state state;
    timestamp since;                      // in this state
    std::vector<dated_failure> failures;  // all of them, in order
    std::size_t overcome = 0;             // how many of them were followed by some progress
    std::vector<dated_refusal> refusals;
};

// `records`: of one stream, from its first; all can be applied.
story story_of(const vm_state& state, std::span<const event_record> records, std::span<const std::string> states);

std::vector<std::string> explain(const story& of, timestamp now);

// Who works on it.
std::string explain_holder(const story& of, const std::optional<log_holder>& holder);

}  // namespace slipway::service
