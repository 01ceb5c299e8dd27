#include "adapters/cli/api_target.hpp"

namespace slipway::cli {

std::string api_target::text() const {
    return path.empty() ? origin.origin() + origin.path : "unix:" + path;
}

result<api_target> parse_api_target(std::string_view text) {
    api_target out;
    if (text.starts_with("unix:")) {
        out.path = std::string(text.substr(5));
        if (out.path.empty())
            return make_error(error_kind::usage, "the path of the daemon's socket is missing: unix:PATH");
        return out;
    }
    if (text.find("://") == std::string_view::npos)
        return make_error(
            error_kind::usage,
            "\"" + std::string(text) + "\" is no address of a daemon: use unix:PATH, http://HOST:PORT or https://HOST");
    auto origin = net::parse_endpoint(text);
    if (!origin) return origin.error();
    out.origin = *std::move(origin);
    return out;
}

}  // namespace slipway::cli
