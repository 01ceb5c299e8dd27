// Secrets at rest: AES-256-GCM under CREDENTIAL_ENCRYPTION_KEY. The text form is
// base64(0x01 ‖ 12-byte nonce ‖ ciphertext ‖ 16-byte tag); the first byte is the format's version. A nonce is random,
// so sealing the same bytes twice gives two texts.
//
// Any thread. What was opened is wiped when its owner goes; no error repeats any part of a key or of a secret. That the
// random source or OpenSSL itself fails is no outcome a caller could handle: it throws.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/ports/sealing.hpp"

#include <string>
#include <string_view>

namespace slipway::vault {

class sealing_key final : public sealing {
public:
    // 64 hex digits, as CREDENTIAL_ENCRYPTION_KEY holds them.
    static result<sealing_key> parse(std::string_view hex);

    std::string seal(std::string_view plaintext) const override;
    result<secret> open(std::string_view sealed) const override;

private:
    explicit sealing_key(secret key) : key_(std::move(key)) {}

    secret key_;  // 32 bytes
};

}  // namespace slipway::vault
