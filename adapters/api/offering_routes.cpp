// /v1/offerings: what providers sell.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"

#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

input<service::offering_input> read_offering(const net::http_request& request, const std::string& id) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::offering_input out;
    out.id = id;
    out.provider = id_field(from, "provider", need::required);
    const std::string backend = from.text("infra_backend", need::required, {64, false});
    if (!backend.empty() && backend != "hetzner") from.wrong("infra_backend", "The only backend is \"hetzner\".");
    from.object("infra_config");
    out.server_type = name_field(from, "infra_config.server_type", need::required);
    out.location = name_field(from, "infra_config.location", need::required);
    out.image = name_field(from, "infra_config.image", need::required);
    out.recipe = recipe_field(from);
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

}  // namespace

awaitable<http_reply> put_offering(exchange& asked) {
    auto input = read_offering(asked.request, asked.id);
    if (!input) co_return input.error().answer;
    const auto put = co_await asked.service.put_offering(*std::move(input), asked.from);
    co_return shown(200, put);
}

awaitable<http_reply> get_offering(exchange& asked) {
    const auto found = co_await asked.service.offering(asked.id, asked.from);
    co_return shown(200, found);
}

awaitable<http_reply> list_offerings(exchange& asked) {
    const auto limit = page_limit(asked);
    if (!limit) co_return limit.error().answer;
    const auto found = co_await asked.service.offerings(asked.parameter("after").value_or(""), *limit, asked.from);
    co_return listed("offerings", found);
}

}  // namespace slipway::api
