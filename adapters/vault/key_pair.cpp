#include "adapters/vault/key_pair.hpp"

#include "engine/base/secret.hpp"
#include "engine/base/base64.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

namespace slipway::vault {

namespace {

constexpr std::size_t ed25519_size = 32;

struct key_free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

void put_number(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

void put_string(std::string& out, std::string_view bytes) {
    put_number(out, static_cast<std::uint32_t>(bytes.size()));
    out += bytes;
}

std::string public_half(std::string_view seed) {
    const std::unique_ptr<EVP_PKEY, key_free> key(EVP_PKEY_new_raw_private_key(
        EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
    std::string out(ed25519_size, '\0');
    std::size_t size = out.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &size) != 1)
        throw std::runtime_error("OpenSSL cannot make an Ed25519 key; its installation is damaged");
    return out;
}

// PROTOCOL.key of OpenSSH, unencrypted. Every buffer has its size beforehand: growing would leave copies of the secret.
std::string private_file(std::string_view seed, std::string_view half, std::string_view blob,
                         std::string_view comment) {
    std::string secret_part;
    secret_part.reserve(256 + comment.size());
    // Two equal numbers tell a reader with a passphrase that it fits. Taken from the public half: the file stays the
    // same.
    std::uint32_t check = 0;
    for (std::size_t i = 0; i < 4; ++i) check = check << 8 | static_cast<unsigned char>(half[i]);
    put_number(secret_part, check);
    put_number(secret_part, check);
    put_string(secret_part, "ssh-ed25519");
    put_string(secret_part, half);
    put_number(secret_part, 2 * ed25519_size);
    secret_part += seed;
    secret_part += half;
    put_string(secret_part, comment);
    for (char pad = 1; secret_part.size() % 8 != 0; ++pad) secret_part += pad;

    std::string file;
    file.reserve(512 + comment.size());
    file.append("openssh-key-v1\0", 15);
    put_string(file, "none");  // cipher
    put_string(file, "none");  // key derivation
    put_string(file, "");
    put_number(file, 1);  // number of keys
    put_string(file, blob);
    put_string(file, secret_part);
    std::string encoded = base64_encode(file);
    wipe(secret_part);
    wipe(file);

    std::string pem;
    pem.reserve(encoded.size() + encoded.size() / 70 + 80);
    pem += "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    for (std::size_t i = 0; i < encoded.size(); i += 70) {
        pem += std::string_view(encoded).substr(i, 70);
        pem += '\n';
    }
    pem += "-----END OPENSSH PRIVATE KEY-----\n";
    wipe(encoded);
    return pem;
}

}  // namespace

ssh_key_pair ed25519_pair(std::string_view seed, const std::string& comment) {
    if (seed.size() != ed25519_size) throw std::logic_error("an Ed25519 key is made from 32 bytes");
    const std::string half = public_half(seed);
    std::string blob;
    put_string(blob, "ssh-ed25519");
    put_string(blob, half);
    ssh_key_pair pair;
    pair.public_line = "ssh-ed25519 " + base64_encode(blob) + " " + comment;
    pair.private_pem = private_file(seed, half, blob, comment);
    return pair;
}

}  // namespace slipway::vault
