// What slipwayd answers: the web page where its files are asked for, which hold no data and need no token; the API
// everywhere else.
#pragma once

#include "adapters/api/handler.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace slipway::daemon {

// As api::handler's, whose two they are for all that is not the page's.
boost::asio::awaitable<net::http_reply> page_or_answer(api::handler& api, const net::http_request& request,
                                                       net::http_caller from);
boost::asio::awaitable<std::optional<net::http_reply>> page_or_admit(api::handler& api, const net::http_request& head,
                                                                     const net::http_caller& from);

}  // namespace slipway::daemon
