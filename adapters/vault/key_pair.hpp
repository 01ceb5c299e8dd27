// Ed25519 key pairs from 32 secret bytes, written as OpenSSH's files. The same bytes and comment give the same files,
// so a key can be computed again instead of being stored. Any thread.
#pragma once

#include "engine/ports/key_vault.hpp"

#include <string>
#include <string_view>

namespace slipway::vault {

// `seed` is 32 bytes; anything else is a bug and throws.
ssh_key_pair ed25519_pair(std::string_view seed, const std::string& comment);

}  // namespace slipway::vault
