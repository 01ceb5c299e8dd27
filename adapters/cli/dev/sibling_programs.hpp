// Where slipway's other programs are: beside this one where they are installed, or where the build puts them. Blocks.
#pragma once

#include "engine/base/error.hpp"

#include <string>

namespace slipway::cli {

struct sibling_programs {
    std::string slipway;  // this one
    std::string slipway_log;
    std::string slipwayd;
    std::string hetzner_sim;
};

// not_found, with the package that has it, where one is missing.
result<sibling_programs> find_siblings();

}  // namespace slipway::cli
