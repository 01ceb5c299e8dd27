// An SSH public key as people paste it: one line "TYPE BASE64 [COMMENT]". The structure is checked field by field, so
// that a truncated paste, a private key or a key that Hetzner would refuse is told apart before anything is created.
// Pure; fingerprints need digests and live in engine/base/digest.hpp.
#pragma once

#include "engine/base/error.hpp"

#include <string>
#include <string_view>

namespace slipway {

struct public_key {
    std::string type;     // "ssh-ed25519"
    std::string blob;     // the decoded bytes; two lines are the same key exactly when these are equal
    std::string comment;  // may be empty; not part of the key
    int bits = 0;         // as ssh-keygen counts them
};

// ed25519, RSA from 2048 bits, ECDSA 256/384/521 and both FIDO types. The error is of kind usage and says what is
// wrong. Line breaks and blanks around the line are forgiven; a comment that is no text in UTF-8 is left out.
result<public_key> parse_public_key(std::string_view line);

// "TYPE BASE64" or, with a comment, "TYPE BASE64 COMMENT".
std::string to_line(const public_key& key);

}  // namespace slipway
