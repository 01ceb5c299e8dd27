// What this process trusts when it talks TLS: TLS 1.2 or newer, the peer's chain and its name always verified.
#pragma once

#include "engine/base/error.hpp"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

// OpenSSL's own name for a connection, so that its headers stay out of this one.
struct ssl_st;

namespace slipway::net {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

// The system's certificate store, or only the certificates in `ca_file` (PEM) where one is given (SLIPWAY_CA_FILE).
// error_kind::configuration where they cannot be read. Made once, at start-up; shared by all connections.
result<tls_context> client_tls(const std::string& ca_file);

// Makes one connection announce `host` (SNI) and insist on it in the peer's certificate; `host` may be an IP address.
bool expect_host(ssl_st* connection, const std::string& host);

// After a failed handshake: why, as the end of a sentence, with what to do about it. `reason` is the handshake's error.
// True in `certificate` where the peer's certificate was the cause.
struct handshake_failure {
    std::string why;
    bool certificate = false;
};
handshake_failure explain_handshake(ssl_st* connection, const std::string& reason);

}  // namespace slipway::net
