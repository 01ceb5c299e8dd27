// An address of http, https, ws or wss taken apart: enough for an API's base or a gateway, not a general URI parser.
// Pure.
#pragma once

#include "engine/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::net {

struct url {
    std::string scheme;  // "http" or "https"; of a WebSocket "ws" or "wss"
    std::string host;    // lower case, an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string path;  // "/v1": begins with a slash and has none at the end, or is empty

    bool tls() const { return scheme == "https" || scheme == "wss"; }
    std::string authority() const;  // for the Host header: "host", or "host:port" where the port is not the usual one
    std::string origin() const;     // "https://host:port", always with the port; for people and for cache keys
};

// error_kind::usage where it is no such address. User names, queries and fragments are refused: none belongs in a base.
result<url> parse_url(std::string_view text);

// "localhost", 127.0.0.0/8 and ::1: a connection that does not leave the machine.
bool is_loopback_host(std::string_view host);

// As parse_url, but refuses plain http to any other machine: what is sent there carries a token.
result<url> parse_endpoint(std::string_view text);

struct websocket_url {
    url origin;          // without a path
    std::string target;  // what is asked for there: path and query, "/?v=10&encoding=json"
};

// A ws or wss address with a query or without one. error_kind::usage where it is none, and where plain ws would go to
// another machine.
result<websocket_url> parse_websocket_url(std::string_view text);

// Percent-encodes everything but RFC 3986's unreserved characters: for one value in a path or a query.
std::string percent_encode(std::string_view value);

}  // namespace slipway::net
