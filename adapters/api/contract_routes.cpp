// /v1/contracts: buyers' orders, from acceptance to their commercial ends.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"

#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

input<service::contract_input> read_contract(const net::http_request& request) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::contract_input out;
    out.id = id_field(from, "id", need::optional);
    out.offering = id_field(from, "offering", need::required);
    out.public_key = key_field(from);
    const std::string expires = from.text("expires_at", need::optional, {40, false});
    if (!expires.empty()) {
        out.expires_at = parse_rfc3339(expires);
        if (!out.expires_at) from.wrong("expires_at", "This must be a time like 2030-01-31T12:00:00Z (RFC 3339).");
    }
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

}  // namespace

awaitable<http_reply> accept_contract(exchange& asked) {
    auto input = read_contract(asked.request);
    if (!input) co_return input.error().answer;
    const auto accepted = co_await asked.service.accept_contract(*std::move(input), asked.from);
    auto reply = shown(202, accepted);
    if (accepted) {
        const std::string where = "/v1/contracts/" + accepted->state.data.contract_id;
        reply.headers.push_back(net::http_header{"Location", where});
    }
    co_return reply;
}

awaitable<http_reply> get_contract(exchange& asked) {
    const auto found = co_await asked.service.find(std::string(contract_kind), asked.id, asked.from);
    co_return shown(200, found);
}

awaitable<http_reply> list_contracts(exchange& asked) {
    auto query = read_list_query(asked, contract_kind);
    if (!query) co_return query.error().answer;
    const auto found = co_await asked.service.list(*std::move(query), asked.from);
    co_return listed("contracts", found);
}

awaitable<http_reply> end_contract(exchange& asked) {
    if (auto none = read_nothing(asked.request); !none) co_return none.error().answer;
    const auto ended = co_await asked.service.end_contract(asked.id, std::string(asked.word), asked.from);
    co_return shown(202, ended);
}

}  // namespace slipway::api
