// All verbs: "slipway GROUP NAME", or "slipway NAME" where the group is empty. --help, completion and the man page show
// them in this order.
#pragma once

#include "adapters/cli/verb.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace slipway::cli {

struct verb_row {
    std::string_view group;
    std::string_view name;
    std::string_view help;
    std::unique_ptr<verb> (*make)();
};

std::span<const verb_row> all_verbs();

std::string_view help_of_group(std::string_view group);

}  // namespace slipway::cli
