// The HTTP API (schema/openapi.yaml is its description): a request in, the service's answer out.
// No socket in here: net::http_server calls it, and so does the CLI in its own process.
//
// Owned by the composition root together with the service, which must outlive it and every answer's stream. Called on
// the loop's thread and resumes there. Nothing of a request's body and no token is ever repeated in an answer.
#pragma once

#include "engine/service/service.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/base/secret.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace slipway::api {

struct handler_options {
    std::chrono::milliseconds heartbeat{15'000};  // of the live feed: a comment line when nothing else was to be said
    std::size_t feed_batch = 256;                 // records that the feed reads at once
    std::string actor = "api";                    // who asks, for the log
    std::chrono::milliseconds wrong_token{1'000};  // whoever shows a wrong token waits that long for the answer
    std::function<void(const std::string&)> warn = {};  // is told of wrong tokens, a sentence a minute at most
};

class handler {
public:
    // `token`: what callers must show who are not trusted (SLIPWAY_API_TOKEN); none: no caller has to. A caller who
    // needs no token and is not trusted (TCP on loopback) must not be a web page: see guard.hpp.
    handler(service::operations& service, std::optional<secret> token, handler_options options = {});
    ~handler();
    handler(const handler&) = delete;
    handler& operator=(const handler&) = delete;

    // Whether the request may come in, asked with its head, before its body is read: the answer that turns it away, or
    // none. handle() asks again, for callers who do not.
    boost::asio::awaitable<std::optional<net::http_reply>> admit(const net::http_request& head,
                                                                 const net::http_caller& from);

    // Whoever comes over the unix socket is trusted, and so is this process itself, which says that it does. The request
    // must live until the answer is there; the stream of an answer does not need it.
    boost::asio::awaitable<net::http_reply> handle(const net::http_request& request, net::http_caller from);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace slipway::api
