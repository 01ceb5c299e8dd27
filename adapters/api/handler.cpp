#include "adapters/api/handler.hpp"

#include "adapters/api/fields.hpp"
#include "adapters/api/guard.hpp"
#include "adapters/api/router.hpp"
#include "adapters/api/wrong_tokens.hpp"
#include "engine/base/digest.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

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
    api::wrong_tokens wrong_tokens = {};
};

handler::handler(service::operations& service, std::optional<secret> token, handler_options options)
    : state_(std::make_shared<state>(state{service, std::nullopt, std::move(options)})) {
    if (token) state_->token = sha256(token->reveal());
}

handler::~handler() = default;

asio::awaitable<std::optional<http_reply>> handler::admit(const http_request& head, const net::http_caller& from) {
    const auto held = state_;  // SIGHUP may replace the handler meanwhile
    if (from.unix_socket) co_return std::nullopt;
    const auto found = find_route(head.method, head.target);
    if (found && found->to->who == access::open) co_return std::nullopt;
    auto refused = turn_away(head, held->token);
    if (!refused || !shows_a_token(head) || !held->token) co_return refused;
    // Guessing takes its time, and is seen.
    if (auto sentence = held->wrong_tokens.seen(from.peer); sentence && held->options.warn) held->options.warn(*sentence);
    asio::steady_timer pause(co_await asio::this_coro::executor, held->options.wrong_token);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return refused;
}

asio::awaitable<http_reply> handler::handle(const http_request& request, net::http_caller from) {
    const auto held = state_;
    auto refused = co_await admit(request, from);
    if (refused) co_return *std::move(refused);
    auto found = find_route(request.method, request.target);
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
