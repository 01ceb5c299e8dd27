#include "adapters/vault/fingerprint.hpp"

#include "engine/model/base64.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace slipway::keys {

namespace {

std::string digest(const EVP_MD* kind, std::string_view bytes) {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, kind, nullptr) != 1)
        throw std::runtime_error(
            "OpenSSL cannot compute the fingerprint of an SSH key (MD5 or SHA-256 is switched off)");
    out.resize(size);
    return out;
}

}  // namespace

std::string sha256_fingerprint(const public_key& key) {
    std::string text = base64_encode(digest(EVP_sha256(), key.blob));
    while (text.ends_with('=')) text.pop_back();
    return "SHA256:" + text;
}

std::string md5_fingerprint(const public_key& key) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char c : digest(EVP_md5(), key.blob)) {
        const auto b = static_cast<unsigned char>(c);
        if (!text.empty()) text += ':';
        text += digits[b >> 4];
        text += digits[b & 15];
    }
    return text;
}

}  // namespace slipway::keys
