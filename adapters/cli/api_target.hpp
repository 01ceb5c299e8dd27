// Which daemon the CLI talks to: what --api and SLIPWAY_API may say. Pure.
#pragma once

#include "adapters/net/url.hpp"
#include "engine/base/error.hpp"

#include <string>
#include <string_view>

namespace slipway::cli {

struct api_target {
    std::string path;  // of a unix socket; empty: origin
    net::url origin;   // its path, if it has one, comes before the API's own: a proxy may sit there

    std::string text() const;  // as it was given
};

// "unix:PATH", "http://HOST:PORT" or "https://…". error_kind::usage with a sentence for anything else, and for plain
// http to another machine: what is sent there holds tokens.
result<api_target> parse_api_target(std::string_view text);

}  // namespace slipway::cli
