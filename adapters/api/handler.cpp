#include "adapters/api/handler.hpp"

#include "adapters/api/fields.hpp"
#include "adapters/api/guard.hpp"
#include "adapters/api/router.hpp"
#include "engine/base/digest.hpp"

#include <utility>

namespace slipway::api {

namespace asio = boost::asio;
using net::http_reply;
using net::http_request;

namespace {

// The same request has the same digest; parts are told apart by their lengths.
std::string digest_of(const http_request& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    std::string bytes;
    bytes.reserve(request.method.size() + path.size() + request.body.size() + 64);
    for (const std::string* part : {&request.method, &path, &request.body})
        bytes.append(std::to_string(part->size())).append(":").append(*part);
    std::string out = hex(sha256(bytes));
    wipe(bytes);
    return out;
}

}  // namespace

struct handler::state {
    service::operations& service;
    std::optional<digest> token;
    handler_options options;
};

handler::handler(service::operations& service, std::optional<secret> token, handler_options options)
    : state_(std::make_shared<state>(state{service, std::nullopt, std::move(options)})) {
    if (token) state_->token = sha256(token->reveal());
}

handler::~handler() = default;

asio::awaitable<http_reply> handler::handle(const http_request& request, bool trusted) {
    const auto held = state_;  // SIGHUP may replace the handler meanwhile
    auto found = find_route(request.method, request.target);
    const bool open = trusted || (found && found->to->who == access::open);
    if (!open) {
        auto refused = turn_away(request, held->token);
        if (refused) co_return *std::move(refused);
    }
    if (!found) co_return found.error().answer;
    exchange asked{request, held->service, held->options, {}, std::move(found->id), found->to->word,
                   std::move(found->query)};
    asked.from.actor = held->options.actor;
    if (request.method == "POST") {
        auto key = read_idempotency_key(request);
        if (!key) co_return key.error().answer;
        asked.from.idempotency_key = *std::move(key);
        if (!asked.from.idempotency_key.empty()) asked.from.request_digest = digest_of(request);
    } else if (request.method != "PUT") {
        if (auto none = no_body(request); !none) co_return none.error().answer;
    }
    co_return co_await found->to->answer(asked);
}

}  // namespace slipway::api
