#include "engine/base/digest.hpp"

#include "engine/base/base64.hpp"
#include "engine/base/hex.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace slipway {

namespace {

struct free_digest {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

using algorithm = std::unique_ptr<EVP_MD, free_digest>;

[[noreturn]] void missing(const char* name) {
    throw std::runtime_error(std::string("OpenSSL cannot compute ") + name + ": check the installation of libssl");
}

// Fetched once: looking the algorithm up costs more than hashing a record.
const EVP_MD* sha256_algorithm() {
    static const algorithm fetched{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    return fetched.get();
}

std::string_view bytes_of(const digest& d) { return {reinterpret_cast<const char*>(d.data()), d.size()}; }

}  // namespace

digest sha256(std::string_view bytes) { return sha256(bytes, {}); }

digest sha256(std::string_view first, std::string_view second) {
    const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
    digest out{};
    if (sha256_algorithm() == nullptr || !context ||
        EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), first.data(), first.size()) != 1 ||
        EVP_DigestUpdate(context.get(), second.data(), second.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1)
        missing("SHA-256");
    return out;
}

bool same(const digest& a, const digest& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string hex(const digest& d) { return hex(bytes_of(d)); }

std::string sha256_fingerprint(std::string_view key_blob) {
    std::string text = base64_encode(bytes_of(sha256(key_blob)));
    while (text.ends_with('=')) text.pop_back();
    return "SHA256:" + text;
}

std::string md5_fingerprint(std::string_view key_blob) {
    std::array<unsigned char, 16> sum{};
    unsigned size = 0;
    if (EVP_Digest(key_blob.data(), key_blob.size(), sum.data(), &size, EVP_md5(), nullptr) != 1 || size != sum.size())
        missing("MD5");
    std::string text;
    for (const unsigned char byte : sum) {
        if (!text.empty()) text += ':';
        append_hex(text, byte);
    }
    return text;
}

}  // namespace slipway
