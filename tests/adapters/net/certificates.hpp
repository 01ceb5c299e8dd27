// Certificates made on the spot: an authority, and servers that it vouches for. P-256 keys; valid for an hour.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace slipway::test {

struct identity {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;

    std::string pem() const;  // the certificate alone
    std::string key_pem() const;
};

struct validity {
    long begins_s = -60;  // from now
    long ends_s = 3600;
};

identity make_authority(const std::string& name);

// `alternative`: what the certificate is for, as OpenSSL writes it: "DNS:localhost,IP:127.0.0.1".
identity make_server_identity(const identity& authority, const std::string& alternative, validity valid = {});

}  // namespace slipway::test
