#include "engine/runtime/hash_chain.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace slipway {

namespace {

struct free_digest {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetched once: looking the algorithm up costs more than hashing a record.
const EVP_MD* sha256() {
    static const std::unique_ptr<EVP_MD, free_digest> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    return digest.get();
}

}  // namespace

std::string chain_hash(std::string_view previous_hash, const event_record& record) {
    thread_local const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
    const std::string input = hash_input(record);
    std::array<unsigned char, 32> sum{};
    if (sha256() == nullptr || !context || EVP_DigestInit_ex2(context.get(), sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), previous_hash.data(), previous_hash.size()) != 1 ||
        EVP_DigestUpdate(context.get(), input.data(), input.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), sum.data(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot compute SHA-256: check the installation of libssl");
    static constexpr char hex[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * sum.size());
    for (const unsigned char byte : sum) {
        text += hex[byte >> 4];
        text += hex[byte & 15];
    }
    return text;
}

}  // namespace slipway
