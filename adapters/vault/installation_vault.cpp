#include "adapters/vault/installation_vault.hpp"

#include "adapters/vault/key_pair.hpp"
#include "engine/base/hex.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

namespace slipway::vault {

namespace {

struct kdf_free {
    void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// 32 bytes that only who knows `secret` can compute; another `purpose` gives unrelated bytes.
secret derive(std::string_view secret, std::string purpose) {
    const std::unique_ptr<EVP_KDF, kdf_free> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const std::unique_ptr<EVP_KDF_CTX, kdf_free> context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    std::string hash = "SHA256";
    const std::array<OSSL_PARAM, 4> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<char*>(secret.data()), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, purpose.data(), purpose.size()),
        OSSL_PARAM_construct_end()};
    std::string out(32, '\0');
    if (!context ||
        EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(), parameters.data()) != 1)
        throw std::runtime_error("OpenSSL cannot derive a key (HKDF-SHA256); its installation is damaged");
    return slipway::secret(std::move(out));
}

}  // namespace

installation_vault::installation_vault(secret of_installation) : secret_(std::move(of_installation)) {}

result<ssh_key_pair> installation_vault::operator_key() {
    if (operator_key_.public_line.empty())
        operator_key_ = ed25519_pair(derive(secret_.reveal(), "slipway operator key v1").reveal(), "slipway operator");
    return operator_key_;
}

result<ssh_key_pair> installation_vault::first_host_key(const stream_id& stream) {
    return ed25519_pair(derive(secret_.reveal(), "slipway first host key v1 " + stream.text).reveal(),
                        "slipway first host key");
}

sealing_key installation_vault::own_sealing_key() const {
    std::string digits = hex(derive(secret_.reveal(), "slipway own sealing key v1").reveal());
    auto key = sealing_key::parse(digits);
    wipe(digits);
    return *std::move(key);
}

}  // namespace slipway::vault
