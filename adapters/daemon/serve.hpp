// The running daemon: everything that goes on beside each other in it (API, sweeps, audits, watchdog, signals), from
// readiness to the end.
#pragma once

#include "adapters/composition/configuration.hpp"
#include "adapters/composition/service_settings.hpp"
#include "adapters/daemon/systemd.hpp"

#include <functional>

namespace slipway::daemon {

// What SIGHUP reads again: the secrets.
using read_settings = std::function<result<std::pair<composition::configuration, composition::service_settings>>()>;

// Returns when the process was asked to stop and has; the error says why it could not start or had to end.
result<void> serve(composition::configuration c, composition::service_settings s, const service_manager& systemd, read_settings again);

}  // namespace slipway::daemon
