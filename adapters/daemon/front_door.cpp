#include "adapters/daemon/front_door.hpp"

#include "adapters/web/page_answer.hpp"

#include <utility>

namespace slipway::daemon {

namespace {

boost::asio::awaitable<net::http_reply> page(net::http_reply found) { co_return found; }

boost::asio::awaitable<std::optional<net::http_reply>> let_in() { co_return std::nullopt; }

}  // namespace

boost::asio::awaitable<net::http_reply> page_or_answer(api::handler& api, const net::http_request& request,
                                                       net::http_caller from) {
    if (auto found = web::page_answer(request)) return page(*std::move(found));
    return api.handle(request, std::move(from));
}

boost::asio::awaitable<std::optional<net::http_reply>> page_or_admit(api::handler& api, const net::http_request& head,
                                                                     const net::http_caller& from) {
    if (web::page_answer(head)) return let_in();
    return api.admit(head, from);
}

}  // namespace slipway::daemon
