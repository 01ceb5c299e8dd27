// What a process has measured since it began, for whoever watches over it. A value.
#pragma once

#include "engine/base/histogram.hpp"
#include "engine/model/step.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <utility>

namespace slipway::service {

// How Hetzner answered, from best to worst; none: not at all.
enum class answer_class { success, refused, too_many, server_error, none };

struct readings {
    std::map<step, histogram> steps;  // from the intent to the success; of those that this process began
    histogram to_active{waits};       // from the request until a VM was handed over, likewise
    std::map<std::pair<step, failure_code>, std::uint64_t> failures;  // attempts that failed
    std::array<std::uint64_t, 5> hetzner_answers{};                   // by answer_class
    histogram loop_lag{instants};  // by how much the loop came later than it was told to
};

}  // namespace slipway::service
