// Message digests, and their text forms. Pure; any thread. Throws std::runtime_error where OpenSSL has the algorithm
// switched off: a broken installation, which no caller can handle.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace slipway {

using digest = std::array<unsigned char, 32>;

digest sha256(std::string_view bytes);
digest sha256(std::string_view first, std::string_view second);  // of both, one after the other

// In a time that does not depend on where they differ.
bool same(const digest& a, const digest& b);

// As base/hex.hpp has it.
std::string hex(const digest& d);

// The two ways people and machines name an SSH public key, from the bytes of its blob (engine/model/public_key.hpp).
std::string sha256_fingerprint(std::string_view key_blob);  // "SHA256:" and 43 characters, as ssh-keygen -l shows it
std::string md5_fingerprint(std::string_view key_blob);     // "aa:bb:…", 16 pairs: the "fingerprint" of Hetzner's API

}  // namespace slipway
