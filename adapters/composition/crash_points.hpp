// For tests of crash safety: an event log that kills its own process (SIGKILL) at a chosen append, so that every boundary
// between two events can be tried with a real process. Off unless SLIPWAY_CRASH is set.
//
//   SLIPWAY_CRASH=before:N   dies instead of making the Nth append: what was done is done, and the log does not know
//   SLIPWAY_CRASH=after:N    dies when the Nth append is durable, before anybody was told
#pragma once

#include "engine/ports/event_log.hpp"

#include <memory>

namespace slipway::composition {

// Wraps `log`; returns it as it is where `spec` is empty. error_kind::configuration where `spec` is neither form.
result<std::unique_ptr<event_log>> with_crash_point(std::unique_ptr<event_log> log, const std::string& spec);

}  // namespace slipway::composition
