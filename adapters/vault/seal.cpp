#include "adapters/vault/seal.hpp"

#include "engine/base/hex.hpp"
#include "engine/base/base64.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace slipway::vault {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr char version = 0x01;

struct context_free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using cipher = std::unique_ptr<EVP_CIPHER_CTX, context_free>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

void must(bool worked) {
    if (!worked) throw std::runtime_error("OpenSSL cannot encrypt with AES-256-GCM; its installation is damaged");
}

cipher new_cipher() {
    cipher context(EVP_CIPHER_CTX_new());
    must(context != nullptr);
    return context;
}

error cannot_open(std::string why) {
    return make_error(error_kind::configuration, "a stored secret cannot be opened: " + std::move(why));
}

}  // namespace

result<sealing_key> sealing_key::parse(std::string_view hex) {
    auto key = from_hex(hex);
    if (!key || key->reveal().size() != key_size)
        return make_error(error_kind::configuration,
                          "CREDENTIAL_ENCRYPTION_KEY must be 64 hex digits; make one with: openssl rand -hex 32");
    return sealing_key(std::move(*key));
}

std::string sealing_key::seal(std::string_view plaintext) const {
    std::string out(1 + nonce_size + plaintext.size() + tag_size, '\0');
    out[0] = version;
    unsigned char* const nonce = bytes_of(out) + 1;
    unsigned char* const body = nonce + nonce_size;
    must(RAND_bytes(nonce, static_cast<int>(nonce_size)) == 1);
    const cipher context = new_cipher();
    int n = 0;
    must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_.reveal()), nonce) == 1);
    must(EVP_EncryptUpdate(context.get(), body, &n, bytes_of(plaintext), static_cast<int>(plaintext.size())) == 1);
    must(EVP_EncryptFinal_ex(context.get(), body + n, &n) == 1);
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size),
                             body + plaintext.size()) == 1);
    return base64_encode(out);
}

result<secret> sealing_key::open(std::string_view sealed) const {
    auto raw = base64_decode(sealed);
    if (!raw || raw->empty()) return cannot_open("it is not sealed text, so it was changed");
    if ((*raw)[0] != version)
        return cannot_open("its format has version " + std::to_string(static_cast<unsigned char>((*raw)[0])) +
                           ", this program knows version 1; use the program that wrote it");
    if (raw->size() < 1 + nonce_size + tag_size) return cannot_open("it is cut off");
    const std::size_t size = raw->size() - 1 - nonce_size - tag_size;
    unsigned char* const nonce = bytes_of(*raw) + 1;
    unsigned char* const body = nonce + nonce_size;
    std::string plaintext(size, '\0');
    const cipher context = new_cipher();
    int n = 0;
    must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_.reveal()), nonce) == 1);
    must(EVP_DecryptUpdate(context.get(), bytes_of(plaintext), &n, body, static_cast<int>(size)) == 1);
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size), body + size) == 1);
    if (EVP_DecryptFinal_ex(context.get(), bytes_of(plaintext) + n, &n) != 1) {
        wipe(plaintext);
        return cannot_open("CREDENTIAL_ENCRYPTION_KEY is not the key it was sealed with, or it was changed");
    }
    return secret(std::move(plaintext));
}

}  // namespace slipway::vault
