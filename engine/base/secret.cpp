#include "engine/base/secret.hpp"

#include <openssl/crypto.h>

namespace slipway {

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // within the capacity: no allocation, cannot throw
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace slipway
