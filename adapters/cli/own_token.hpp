// The Hetzner token of this user: asked for where there is none, checked with Hetzner, kept. Blocks: not on a loop.
#pragma once

#include "adapters/cli/invocation.hpp"
#include "engine/base/secret.hpp"

#include <optional>

namespace slipway::cli {

// Puts the token that was kept into the settings, where the environment has none; on a terminal a person is asked for
// one. None where there is one then, or where nobody can be asked (whoever needs it says so); else the exit code.
std::optional<int> provide_token(invocation& in);

// The exit code where this process has to work and has none, which has been said then.
std::optional<int> complain_of_no_token(invocation& in);

// The smallest request with it. An error of kind refused where Hetzner does not take it.
result<void> try_token(const invocation& in, const secret& token);

// Tried and kept; it is in the settings then, too.
result<void> keep_token(invocation& in, secret token);

// A person is asked, a few times if need be, and the token kept; the exit code.
int ask_for_token(invocation& in);

}  // namespace slipway::cli
