// Which of several SSH keys in ~/.ssh may log in to a new VM. Blocks: before a loop runs.
#pragma once

#include "adapters/cli/verbs.hpp"

#include <optional>

namespace slipway::cli {

// Where no key is named, several lie in ~/.ssh and a person can be asked, theirs becomes `args.key_file`. None where
// that, or nothing, had to be done; else the exit code.
std::optional<int> choose_key(invocation& in, create_arguments& args);

}  // namespace slipway::cli
