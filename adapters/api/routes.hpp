// The HTTP API's routes: one row each, with the function that answers it. A route's file (…_routes.cpp) keeps together what
// it takes, what it refuses and what it answers. schema/openapi.yaml has the same list.
#pragma once

#include "adapters/api/handler.hpp"
#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/service/service.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {

// One request on its way to its answer. Lives in the handler's frame until the answer is there; a stream that the answer
// has must copy what it needs.
struct exchange {
    const net::http_request& request;
    service::operations& service;
    const handler_options& options;
    service::origin from;
    std::string id;         // of {id} in the path: 1 to 64 of A-Z a-z 0-9 . _ -, the first one no sign
    std::string_view word;  // the row's own, where several rows share a function
    std::vector<std::pair<std::string, std::string>> query;

    std::optional<std::string> parameter(std::string_view name) const;
};

using route_function = boost::asio::awaitable<net::http_reply> (*)(exchange& asked);

// Who may ask without showing a token.
enum class access { guarded, open };

struct route {
    std::string_view method;
    std::string_view pattern;
    route_function answer;
    std::string_view query = {};  // its parameters, each with a blank behind it
    std::string_view word = {};
    access who = access::guarded;
};

std::span<const route> all_routes();

boost::asio::awaitable<net::http_reply> put_provider(exchange& asked);
boost::asio::awaitable<net::http_reply> get_provider(exchange& asked);
boost::asio::awaitable<net::http_reply> check_provider(exchange& asked);
boost::asio::awaitable<net::http_reply> put_offering(exchange& asked);
boost::asio::awaitable<net::http_reply> get_offering(exchange& asked);
boost::asio::awaitable<net::http_reply> list_offerings(exchange& asked);
boost::asio::awaitable<net::http_reply> accept_contract(exchange& asked);
boost::asio::awaitable<net::http_reply> get_contract(exchange& asked);
boost::asio::awaitable<net::http_reply> list_contracts(exchange& asked);
boost::asio::awaitable<net::http_reply> end_contract(exchange& asked);
boost::asio::awaitable<net::http_reply> request_vms(exchange& asked);
boost::asio::awaitable<net::http_reply> get_vm(exchange& asked);
boost::asio::awaitable<net::http_reply> list_vms(exchange& asked);
boost::asio::awaitable<net::http_reply> end_vm(exchange& asked);
boost::asio::awaitable<net::http_reply> get_story(exchange& asked);
boost::asio::awaitable<net::http_reply> get_machine(exchange& asked);
boost::asio::awaitable<net::http_reply> get_overview(exchange& asked);
boost::asio::awaitable<net::http_reply> get_defaults(exchange& asked);
boost::asio::awaitable<net::http_reply> put_defaults(exchange& asked);
boost::asio::awaitable<net::http_reply> get_catalog(exchange& asked);
boost::asio::awaitable<net::http_reply> run_audit(exchange& asked);
boost::asio::awaitable<net::http_reply> last_audit(exchange& asked);
boost::asio::awaitable<net::http_reply> get_events(exchange& asked);
boost::asio::awaitable<net::http_reply> verify_log(exchange& asked);
boost::asio::awaitable<net::http_reply> healthz(exchange& asked);
boost::asio::awaitable<net::http_reply> readyz(exchange& asked);
boost::asio::awaitable<net::http_reply> get_metrics(exchange& asked);
boost::asio::awaitable<net::http_reply> get_openapi(exchange& asked);

}  // namespace slipway::api
