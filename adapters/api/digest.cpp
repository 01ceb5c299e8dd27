#include "adapters/api/digest.hpp"

#include "engine/model/base64.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace slipway::api {

digest sha256(std::string_view bytes) {
    digest out{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr) != 1 || size != out.size())
        throw std::runtime_error("OpenSSL cannot compute SHA-256: check the installation of libssl");
    return out;
}

bool same(const digest& a, const digest& b) {
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hex(const digest& d) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : d) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string fingerprint_of(const public_key& key) {
    const digest sum = sha256(key.blob);
    std::string text = base64_encode(std::string_view(reinterpret_cast<const char*>(sum.data()), sum.size()));
    while (text.ends_with('=')) text.pop_back();
    return "SHA256:" + text;
}

}  // namespace slipway::api
