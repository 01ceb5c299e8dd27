#include "adapters/vault/seal.hpp"

#include "engine/base/base64.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/hex.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace slipway::vault {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t key_id_size = 8;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr char unbound_version = 0x01;
constexpr char version = 0x02;

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

std::string_view name_of(sealed_kind kind) {
    switch (kind) {
        case sealed_kind::provider_token:
            return "provider_token";
        case sealed_kind::installation_secret:
            return "installation_secret";
        case sealed_kind::interaction_token:
            return "interaction_token";
        case sealed_kind::discord_webhook:
            return "discord_webhook";
    }
    throw std::logic_error("a kind of sealed text that nobody seals");
}

std::string additional_data(std::string_view header, const sealed_for& purpose) {
    std::string data(header);
    data += name_of(purpose.what);
    data += '\0';
    return data + purpose.name;
}

std::string fingerprint_of_key(const secret& key) {
    return hex(sha256("slipway encryption key v1 ", key.reveal()));
}

struct sealed_parts {
    std::string raw;
    std::size_t header = 1;  // its size: the version, and the key's id
};

result<sealed_parts> parts_of(std::string_view sealed) {
    auto raw = base64_decode(sealed);
    if (!raw || raw->empty()) return cannot_open("it is not sealed text, so it was changed");
    sealed_parts parts;
    parts.raw = *std::move(raw);
    const char found = parts.raw[0];
    if (found == version) parts.header = 1 + key_id_size;
    if (found != version && found != unbound_version)
        return cannot_open("its format has version " + std::to_string(static_cast<unsigned char>(found)) +
                           ", this program knows versions 1 and 2; use the program that wrote it");
    if (parts.raw.size() < parts.header + nonce_size + tag_size) return cannot_open("it is cut off");
    return parts;
}

void add_data(EVP_CIPHER_CTX* context, bool encrypts, const std::string& data) {
    int n = 0;
    const int size = static_cast<int>(data.size());
    must((encrypts ? EVP_EncryptUpdate(context, nullptr, &n, bytes_of(std::string_view(data)), size)
                   : EVP_DecryptUpdate(context, nullptr, &n, bytes_of(std::string_view(data)), size)) == 1);
}

}  // namespace

sealing_key::sealing_key(secret key)
    : key_(std::move(key)), id_(from_hex(fingerprint_of_key(key_).substr(0, 2 * key_id_size))->reveal()) {}

result<sealing_key> sealing_key::parse(std::string_view hex) {
    auto key = from_hex(hex);
    if (!key || key->reveal().size() != key_size)
        return make_error(error_kind::configuration,
                          "CREDENTIAL_ENCRYPTION_KEY must be 64 hex digits; make one with: openssl rand -hex 32");
    return sealing_key(std::move(*key));
}

std::string sealing_key::key_fingerprint() const {
    return fingerprint_of_key(key_);
}

bool sealing_key::may_open(std::string_view sealed) const {
    const auto parts = parts_of(sealed);
    return parts && (parts->raw[0] == unbound_version || parts->raw.compare(1, key_id_size, id_) == 0);
}

std::string sealing_key::renew(std::string_view sealed, const sealed_for& purpose) const {
    const auto parts = parts_of(sealed);
    if (!parts || parts->raw[0] == version) return std::string(sealed);
    const auto opened = open(sealed, purpose);
    return opened ? seal(opened->reveal(), purpose) : std::string(sealed);
}

std::string sealing_key::seal(std::string_view plaintext, const sealed_for& purpose) const {
    const std::string header = std::string(1, version) + id_;
    std::string out = header + std::string(nonce_size + plaintext.size() + tag_size, '\0');
    unsigned char* const nonce = bytes_of(out) + header.size();
    unsigned char* const body = nonce + nonce_size;
    must(RAND_bytes(nonce, static_cast<int>(nonce_size)) == 1);
    const cipher context = new_cipher();
    int n = 0;
    must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_.reveal()), nonce) == 1);
    add_data(context.get(), true, additional_data(header, purpose));
    must(EVP_EncryptUpdate(context.get(), body, &n, bytes_of(plaintext), static_cast<int>(plaintext.size())) == 1);
    must(EVP_EncryptFinal_ex(context.get(), body + n, &n) == 1);
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size),
                             body + plaintext.size()) == 1);
    return base64_encode(out);
}

result<secret> sealing_key::open(std::string_view sealed, const sealed_for& purpose) const {
    auto parts = parts_of(sealed);
    if (!parts) return parts.error();
    std::string& raw = parts->raw;
    const bool is_bound = raw[0] == version;
    if (is_bound && raw.compare(1, key_id_size, id_) != 0)
        return cannot_open("CREDENTIAL_ENCRYPTION_KEY is not the key it was sealed with");
    const std::size_t size = raw.size() - parts->header - nonce_size - tag_size;
    unsigned char* const nonce = bytes_of(raw) + parts->header;
    unsigned char* const body = nonce + nonce_size;
    std::string plaintext(size, '\0');
    const cipher context = new_cipher();
    int n = 0;
    must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_.reveal()), nonce) == 1);
    if (is_bound) add_data(context.get(), false, additional_data(std::string_view(raw).substr(0, parts->header), purpose));
    must(EVP_DecryptUpdate(context.get(), bytes_of(plaintext), &n, body, static_cast<int>(size)) == 1);
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size), body + size) == 1);
    if (EVP_DecryptFinal_ex(context.get(), bytes_of(plaintext) + n, &n) != 1) {
        wipe(plaintext);
        return cannot_open(is_bound ? "it was changed, or it was sealed for something else and copied here"
                                    : "CREDENTIAL_ENCRYPTION_KEY is not the key it was sealed with, or it was changed");
    }
    return secret(std::move(plaintext));
}

std::string sealing_keys::seal(std::string_view plaintext, const sealed_for& purpose) const {
    return current_.seal(plaintext, purpose);
}

result<secret> sealing_keys::open(std::string_view sealed, const sealed_for& purpose) const {
    auto opened = current_.open(sealed, purpose);
    if (opened || !previous_ || !previous_->may_open(sealed)) return opened;
    return previous_->open(sealed, purpose);
}

}  // namespace slipway::vault
