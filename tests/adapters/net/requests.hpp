// A request in one line, for the tests of HTTP clients.
#pragma once

#include "adapters/net/http_message.hpp"

#include <string>
#include <utility>

namespace slipway::test {

inline net::http_request request(std::string method, std::string target, std::string body = {}) {
    net::http_request out;
    out.method = std::move(method);
    out.target = std::move(target);
    out.body = std::move(body);
    return out;
}

}  // namespace slipway::test
