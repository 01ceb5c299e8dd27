// Who may ask. A caller over TCP shows a bearer token where one is configured (SLIPWAY_API_TOKEN). Where none is, only
// loopback listens; a web page in a browser on this machine could still call that, so what browsers send is refused:
// a Host that is no name of this machine (DNS rebinding), and any Origin but the one that slipway's own page has. Pure.
#pragma once

#include "engine/base/digest.hpp"
#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"

#include <optional>

namespace slipway::api {

// The answer that turns the request away; none: it may pass. `token`: the digest of the one to be shown.
std::optional<net::http_reply> turn_away(const net::http_request& request, const std::optional<digest>& token);

// Whoever shows a token means to get in, or guesses.
bool shows_a_token(const net::http_request& request);

}  // namespace slipway::api
