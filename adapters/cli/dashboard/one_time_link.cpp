#include "adapters/cli/dashboard/one_time_link.hpp"

#include <utility>

namespace slipway::cli {

one_time_link::one_time_link(secret in_link, secret of_session)
    : link_(sha256(in_link.reveal())), session_digest_(sha256(of_session.reveal())), session_(std::move(of_session)) {}

std::optional<secret> one_time_link::exchange(std::string_view shown) {
    if (!session_ || !same(sha256(shown), link_)) return std::nullopt;
    return std::exchange(session_, std::nullopt);
}

bool one_time_link::admits(const net::http_request& request) const {
    constexpr std::string_view scheme = "Bearer ";
    const auto shown = net::find_header(request.headers, "authorization");
    return shown && shown->starts_with(scheme) && same(sha256(shown->substr(scheme.size())), session_digest_);
}

}  // namespace slipway::cli
