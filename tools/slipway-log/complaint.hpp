// One sentence about what could not be done, and the exit code that goes with it.
#pragma once

#include "adapters/cli/exit_code.hpp"

#include <ostream>

namespace slipway::inspection {

inline int complain(std::ostream& complaints, const error& why) {
    complaints << why.message << '\n';
    return cli::exit_code_of(why.kind);
}

}  // namespace slipway::inspection
