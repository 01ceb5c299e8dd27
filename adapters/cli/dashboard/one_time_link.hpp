// Who may use the dashboard: whoever opens its link first. What the link carries is exchanged once for the token of a
// session, which every later request has to show. Only digests are kept.
#pragma once

#include "adapters/net/http_message.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/secret.hpp"

#include <optional>
#include <string_view>

namespace slipway::cli {

class one_time_link {
public:
    // Both are 64 hex digits that nobody can guess.
    one_time_link(secret in_link, secret of_session);

    // The session's token; none where this is not what the link carries, or was exchanged before.
    std::optional<secret> exchange(std::string_view shown);

    // Whether it shows the session's token ("Authorization: Bearer …").
    bool admits(const net::http_request& request) const;

private:
    digest link_;
    digest session_digest_;
    std::optional<secret> session_;  // none: it was given away
};

}  // namespace slipway::cli
