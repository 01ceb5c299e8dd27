#include "adapters/net/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

namespace slipway::net {

namespace ssl = boost::asio::ssl;

result<tls_context> client_tls(const std::string& ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    boost::system::error_code failed;
    context->set_verify_mode(ssl::verify_peer, failed);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    if (ca_file.empty()) {
        context->set_default_verify_paths(failed);
        if (failed)
            return make_error(error_kind::configuration,
                              "The system's certificate store cannot be read: " + failed.message() +
                                  ". Install the package ca-certificates, or name a CA file in SLIPWAY_CA_FILE.");
    } else {
        context->load_verify_file(ca_file, failed);
        if (failed)
            return make_error(error_kind::configuration,
                              "SLIPWAY_CA_FILE names " + ca_file +
                                  ", which cannot be read as PEM certificates: " + failed.message() + ".");
    }
    return context;
}

bool expect_host(ssl_st* connection, const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    X509_VERIFY_PARAM* expected = SSL_get0_param(connection);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // RFC 6066: no SNI for an address.
    if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
    return SSL_set_tlsext_host_name(connection, host.c_str()) == 1 &&
           X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1;
}

handshake_failure explain_handshake(ssl_st* connection, const std::string& reason) {
    handshake_failure out;
    const long verdict = SSL_get_verify_result(connection);
    out.certificate = verdict != X509_V_OK;
    switch (verdict) {
        case X509_V_OK:
            out.why = "the TLS handshake failed: " + reason;
            break;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            out.why = "its certificate is for another name; check the address, or who answers there";
            break;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            out.why = "its certificate has expired; check this machine's clock, too";
            break;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            out.why = "its certificate is not valid yet; check this machine's clock";
            break;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            out.why =
                "its certificate is not signed by an authority that this machine trusts; where the authority is "
                "your own, name its certificate file in SLIPWAY_CA_FILE";
            break;
        default:
            out.why = std::string("its certificate was refused: ") + X509_verify_cert_error_string(verdict);
    }
    return out;
}

}  // namespace slipway::net
