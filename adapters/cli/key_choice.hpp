// Which of several SSH keys in ~/.ssh may log in to a new VM, and which of them is a VM's. Blocks: not on a loop.
#pragma once

#include "adapters/cli/invocation.hpp"

#include <optional>
#include <string>

namespace slipway::cli {

// Where no key is named, several lie in ~/.ssh and a person can be asked, theirs becomes `key_file`. None where that, or
// nothing, had to be done; else the exit code.
std::optional<int> choose_key(invocation& in, std::string& key_file);

// The private key beside the public one in ~/.ssh that has this MD5 fingerprint; empty where there is none.
std::string private_key_of(const std::string& fingerprint, const std::string& home);

}  // namespace slipway::cli
