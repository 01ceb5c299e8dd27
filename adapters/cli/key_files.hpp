// The public keys that lie in ~/.ssh: one answer to "which are there" for who chooses one, for who takes the only one, and
// for who looks for a VM's. Blocks.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/public_key.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::cli {

inline constexpr std::size_t longest_key_file = 64 * 1024;

struct key_file {
    std::string path;
    public_key key;
};

struct keys_there {
    std::vector<key_file> keys;          // by path; of several files with the same key the first
    std::vector<std::string> unusable;   // sentences: why each of the other *.pub is none. Certificates are not told of
};

// Of ~/.ssh/*.pub. No folder: none; one that cannot be read is an error. `home` is $HOME.
result<keys_there> keys_of(const std::string& home);

// The private key beside the public one in ~/.ssh that has this MD5 fingerprint, or the public one alone, whose private
// key an agent may have; empty where there is neither.
std::string identity_of(const std::string& fingerprint, const std::string& home);

}  // namespace slipway::cli
