// One sentence about what could not be done, and the exit code that goes with it. What it repeats of a log is
// printable.
#pragma once

#include "engine/base/exit_code.hpp"
#include "tools/slipway-log/layout.hpp"

#include <ostream>

namespace slipway::inspection {

inline int complain(std::ostream& complaints, const error& why) {
    complaints << printable(why.message) << '\n';
    return exit_code_of(why.kind);
}

}  // namespace slipway::inspection
