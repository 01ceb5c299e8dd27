// Secrets at rest, sealed and opened under the installation's key (CREDENTIAL_ENCRYPTION_KEY). What a text was sealed for
// is bound into it: in another place it does not open. Any thread; what was opened is wiped when its owner goes; no error
// repeats any part of a key or of a secret.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/secret.hpp"

#include <string>
#include <string_view>

namespace slipway {

enum class sealed_kind { provider_token, installation_secret, interaction_token, discord_webhook };

// What a text is sealed for: a provider's token or webhook by the provider's id, a secret by its name, the token of an
// interaction (Discord) by the interaction's id.
struct sealed_for {
    sealed_kind what = sealed_kind::provider_token;
    std::string name;
};

class sealing {
public:
    virtual ~sealing() = default;

    virtual std::string seal(std::string_view plaintext, const sealed_for& purpose) const = 0;

    // Fails where the text was sealed under another key or for something else, was changed, or has a version this
    // program does not know.
    virtual result<secret> open(std::string_view sealed, const sealed_for& purpose) const = 0;

    // The same in the newest format, where it is of an older one and opens with the key in use; else as it is.
    virtual std::string renew(std::string_view sealed, const sealed_for& purpose) const = 0;

    // Of the key in use: tells whether another one is the same, and nothing else of it. 64 hex digits.
    virtual std::string key_fingerprint() const = 0;
};

}  // namespace slipway
