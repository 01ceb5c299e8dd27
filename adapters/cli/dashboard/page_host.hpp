// What slipway dashboard answers a browser with: the page's files, the exchange of the link for a session, and for the
// session the API of whoever is at hand. Its live feed is made here, by asking for new events a few times a second, so
// that it also shows what other processes write into a database that nobody's daemon serves.
//
// Owned by the verb, which ends the server before it. Called on the loop's thread.
#pragma once

#include "adapters/cli/dashboard/one_time_link.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/base/error.hpp"
#include "engine/ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>

namespace slipway::cli {

class page_host {
public:
    using ask_function = std::function<boost::asio::awaitable<result<net::http_response>>(net::http_request)>;

    page_host(one_time_link link, ask_function ask, engine_clock& clock)
        : link_(std::move(link)), ask_(std::move(ask)), clock_(clock) {}

    boost::asio::awaitable<net::http_reply> answer(const net::http_request& request);
    // Before a request's body is read; as net::head_guard.
    boost::asio::awaitable<std::optional<net::http_reply>> admit(const net::http_request& head) const;

private:
    net::http_reply exchange(const net::http_request& request);
    boost::asio::awaitable<net::http_reply> forward(const net::http_request& request);
    boost::asio::awaitable<net::http_reply> open_feed(const net::http_request& request);
    boost::asio::awaitable<void> follow(std::uint64_t after, net::body_writer& to);
    boost::asio::awaitable<result<net::http_response>> events_after(std::uint64_t after);

    one_time_link link_;
    ask_function ask_;
    engine_clock& clock_;
};

}  // namespace slipway::cli
