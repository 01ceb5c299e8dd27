// Secrets at rest, sealed and opened under the installation's key (CREDENTIAL_ENCRYPTION_KEY). Any thread; what was opened
// is wiped when its owner goes; no error repeats any part of a key or of a secret.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/secret.hpp"

#include <string>
#include <string_view>

namespace slipway {

class sealing {
public:
    virtual ~sealing() = default;

    virtual std::string seal(std::string_view plaintext) const = 0;

    // Fails where the text was sealed under another key, was changed, or has a version this program does not know.
    virtual result<secret> open(std::string_view sealed) const = 0;
};

}  // namespace slipway
