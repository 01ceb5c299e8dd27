// Secrets at rest: AES-256-GCM under CREDENTIAL_ENCRYPTION_KEY. The text form is
//
//   base64(0x02 ‖ 8-byte key id ‖ 12-byte nonce ‖ ciphertext ‖ 16-byte tag)
//
// The key's id is the beginning of its fingerprint. The additional data are the bytes before the nonce, what the text is
// for ("provider_token", "installation_secret"), a zero byte, and whose it is: a text that is copied into another
// provider's row does not open there. A nonce is random, so sealing the same bytes twice gives two texts.
//
// Of version 1, base64(0x01 ‖ nonce ‖ ciphertext ‖ tag) without additional data, texts are still read, and renewed at the
// next start.
//
// Any thread. What was opened is wiped when its owner goes; no error repeats any part of a key or of a secret. That the
// random source or OpenSSL itself fails is no outcome a caller could handle: it throws.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/ports/sealing.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slipway::vault {

class sealing_key final : public sealing {
public:
    // 64 hex digits, as CREDENTIAL_ENCRYPTION_KEY holds them.
    static result<sealing_key> parse(std::string_view hex);

    std::string seal(std::string_view plaintext, const sealed_for& purpose) const override;
    result<secret> open(std::string_view sealed, const sealed_for& purpose) const override;
    std::string renew(std::string_view sealed, const sealed_for& purpose) const override;
    std::string key_fingerprint() const override;

    // Whether this is the key that the text names; of version 1, which names none, it may be any.
    bool may_open(std::string_view sealed) const;

private:
    explicit sealing_key(secret key);

    secret key_;  // 32 bytes
    std::string id_;
};

// The key in use and, while `secrets rotate` re-seals, the one before it (CREDENTIAL_ENCRYPTION_KEY_PREVIOUS). Seals under
// the first and opens what either has sealed.
class sealing_keys final : public sealing {
public:
    explicit sealing_keys(sealing_key current, std::optional<sealing_key> previous = std::nullopt)
        : current_(std::move(current)), previous_(std::move(previous)) {}

    std::string seal(std::string_view plaintext, const sealed_for& purpose) const override;
    result<secret> open(std::string_view sealed, const sealed_for& purpose) const override;
    std::string renew(std::string_view sealed, const sealed_for& purpose) const override {
        return current_.renew(sealed, purpose);
    }
    std::string key_fingerprint() const override { return current_.key_fingerprint(); }

    bool has_previous() const { return previous_.has_value(); }

private:
    sealing_key current_;
    std::optional<sealing_key> previous_;
};

}  // namespace slipway::vault
