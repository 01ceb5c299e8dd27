// Which of several SSH keys in ~/.ssh may log in to a new VM. Blocks: not on a loop.
#pragma once

#include "adapters/cli/invocation.hpp"

#include <optional>
#include <string>

namespace slipway::cli {

// Where no key is named, several lie in ~/.ssh and a person can be asked, theirs becomes `key_file`. None where that, or
// nothing, had to be done; else the exit code.
std::optional<int> choose_key(invocation& in, std::string& key_file);

}  // namespace slipway::cli
