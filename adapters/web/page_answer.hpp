// The web page over HTTP: its files at "/" and "/web/…", to whoever asks. They hold no data, so no token is needed; what the
// page shows it asks the API for, with the token. Pure.
#pragma once

#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"

#include <optional>

namespace slipway::web {

// None where the path is none of the page's: it is for others to answer then. A HEAD is answered as a GET; another method
// is refused with 405.
std::optional<net::http_reply> page_answer(const net::http_request& request);

}  // namespace slipway::web
