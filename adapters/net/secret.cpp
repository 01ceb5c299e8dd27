#include "adapters/net/secret.hpp"

#include <openssl/crypto.h>

namespace slipway::net {

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // within the capacity: no allocation, cannot throw
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace slipway::net
