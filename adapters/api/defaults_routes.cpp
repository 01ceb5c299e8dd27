// /v1/defaults: what the asker takes where the project has several networks, SSH keys or firewalls.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"

#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

input<service::defaults_input> read_defaults(const net::http_request& request) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::defaults_input out;
    out.network = from.resource_or_none("network");
    out.ssh_key = from.number("ssh_key", 1, largest_resource_id);
    out.firewall = from.resource_or_none("firewall");
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

}  // namespace

awaitable<http_reply> get_defaults(exchange& asked) {
    const auto kept = co_await asked.service.defaults(asked.from);
    co_return shown(200, kept);
}

awaitable<http_reply> put_defaults(exchange& asked) {
    const auto input = read_defaults(asked.request);
    if (!input) co_return input.error().answer;
    const auto put = co_await asked.service.set_defaults(*input, asked.from);
    co_return shown(200, put);
}

}  // namespace slipway::api
