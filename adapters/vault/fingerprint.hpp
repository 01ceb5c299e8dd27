// The two ways people and machines name an SSH public key: OpenSSH's SHA256 form and the MD5 form, which is the
// "fingerprint" of Hetzner's API. Pure; any thread.
#pragma once

#include "engine/model/public_key.hpp"

#include <string>

namespace slipway::keys {

std::string sha256_fingerprint(const public_key& key);  // "SHA256:" and 43 characters, as ssh-keygen -l shows it
std::string md5_fingerprint(const public_key& key);     // "aa:bb:…", 16 pairs

}  // namespace slipway::keys
