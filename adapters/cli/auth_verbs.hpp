// The Hetzner token: asked for where there is none, checked with Hetzner, kept. Blocks: before a loop runs.
#pragma once

#include "adapters/cli/verbs.hpp"

#include <optional>

namespace slipway::cli {

// Puts the token that was kept into the settings, where the environment has none; on a terminal a person is asked for
// one. None where there is one then, or where nobody can be asked (whoever needs it says so); else the exit code.
std::optional<int> provide_token(invocation& in);

}  // namespace slipway::cli
