#include "adapters/api/guard.hpp"

#include "adapters/net/http_problem.hpp"
#include "adapters/net/url.hpp"

#include <algorithm>
#include <string_view>

namespace slipway::api {

namespace {

// The token of the one Authorization header; empty where there is none, or more than one.
std::string_view shown_token(const net::http_request& request) {
    constexpr std::string_view scheme = "bearer ";
    std::string_view value;
    int count = 0;
    for (const auto& header : request.headers) {
        const bool is_it = net::find_header({net::http_header{header.name, {}}}, "authorization").has_value();
        if (!is_it) continue;
        ++count;
        value = header.value;
    }
    if (count != 1 || value.size() <= scheme.size()) return {};
    const bool bearer = std::equal(scheme.begin(), scheme.end(), value.begin(), [](char want, char is) {
        return want == (is >= 'A' && is <= 'Z' ? static_cast<char>(is - 'A' + 'a') : is);
    });
    if (!bearer) return {};
    value.remove_prefix(scheme.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
}

std::string_view host_of(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return authority;
    return authority.substr(0, colon);
}

}  // namespace

std::optional<net::http_reply> turn_away(const net::http_request& request, const std::optional<digest>& token) {
    if (token) {
        const std::string_view shown = shown_token(request);
        const bool right = same(sha256(shown), *token) && !shown.empty();
        if (right) return std::nullopt;
        auto reply = net::problem_reply(401, "unauthorized",
                                        "This needs the header \"Authorization: Bearer TOKEN\" with the token that "
                                        "SLIPWAY_API_TOKEN has in the daemon's configuration.");
        reply.headers.push_back(net::http_header{"WWW-Authenticate", "Bearer realm=\"slipway\""});
        return reply;
    }
    const auto host = net::find_header(request.headers, "host");
    if (host && !net::is_loopback_host(host_of(*host)))
        return net::problem_reply(421, "wrong-host",
                                  "Without SLIPWAY_API_TOKEN the API answers only to a name of this machine: localhost "
                                  "or a loopback address.");
    const auto origin = net::find_header(request.headers, "origin");
    if (origin && (!host || *origin != "http://" + std::string(*host)))
        return net::problem_reply(403, "no-browsers", "Without SLIPWAY_API_TOKEN the API answers no web page but its own.");
    return std::nullopt;
}

bool shows_a_token(const net::http_request& request) {
    return net::find_header(request.headers, "authorization").has_value();
}

}  // namespace slipway::api
