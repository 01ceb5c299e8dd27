// Where the daemon's log goes: stderr, as text on a terminal, else as one JSON object per line; under systemd with the
// priority that journald takes from the line's beginning (sd-daemon(3)).
#pragma once

#include "adapters/composition/environment.hpp"

namespace slipway::daemon {

// SLIPWAY_LOG_LEVEL: trace, debug, info (the default), warn, err.
void set_up_daemon_logging(const composition::environment& from);

}  // namespace slipway::daemon
