// The file of --state: the whole simulated world as one JSON document, replaced atomically.
#pragma once

#include "engine/base/error.hpp"
#include "tools/hetzner-sim/message.hpp"

#include <string>

namespace slipway::sim {

// `into` is null where there is no file yet.
result<void> read_state(const std::string& path, json& into);
result<void> write_state(const std::string& path, const json& state);

}  // namespace slipway::sim
