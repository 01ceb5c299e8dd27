// /v1/providers: Hetzner tokens are kept, shown as set, and tried out.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"
#include "engine/service/recipients.hpp"

#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

constexpr std::size_t longest_token = 256;

input<service::provider_input> read_provider(const net::http_request& request, const std::string& id) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::provider_input out;
    out.id = id;
    out.hetzner_token = from.secret("hetzner_token", need::required, longest_token);
    for (const service::recipient_kind& kind : service::recipient_kinds()) {
        if (kind.sealed_as) {
            service::secret_recipient hidden;
            hidden.channel = kind.channel;
            hidden.address = from.secret(kind.field, need::optional, kind.longest);
            if (hidden.address.empty()) continue;
            if (!kind.is_address(hidden.address.reveal())) from.wrong(kind.field, std::string(kind.rule));
            out.secret_recipients.push_back(std::move(hidden));
            continue;
        }
        recipient one;
        one.channel = kind.channel;
        one.address = from.text(kind.field, need::optional, {kind.longest, false});
        if (one.address.empty()) continue;
        if (!kind.is_address(one.address)) from.wrong(kind.field, std::string(kind.rule));
        out.recipients.push_back(std::move(one));
    }
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return input<service::provider_input>(std::move(out));
}

}  // namespace

awaitable<http_reply> put_provider(exchange& asked) {
    auto input = read_provider(asked.request, asked.id);
    if (!input) co_return input.error().answer;
    const auto put = co_await asked.service.put_provider(*std::move(input), asked.from);
    co_return shown(200, put);
}

awaitable<http_reply> get_provider(exchange& asked) {
    const auto found = co_await asked.service.provider(asked.id, asked.from);
    co_return shown(200, found);
}

awaitable<http_reply> check_provider(exchange& asked) {
    if (auto none = read_nothing(asked.request); !none) co_return none.error().answer;
    const auto checked = co_await asked.service.check_provider(asked.id, asked.from);
    co_return shown(200, checked);
}

}  // namespace slipway::api
