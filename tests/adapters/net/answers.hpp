// What the tests of the HTTP server share: functions that answer, and limits that a test can wait for.
#pragma once

#include "adapters/net/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace slipway::test {

using awaitable_reply = boost::asio::awaitable<net::http_reply>;

// Answers with what it was asked.
inline awaitable_reply echo(const net::http_request& request, net::http_caller caller) {
    net::http_reply reply;
    reply.headers.push_back(net::http_header{"Content-Type", "text/plain"});
    reply.body =
        request.method + " " + request.target + " " + (caller.unix_socket ? "unix" : "tcp") + " " + request.body;
    co_return reply;
}

inline boost::asio::awaitable<void> wait(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

inline net::server_limits quick() {
    net::server_limits limits;
    limits.head_time = std::chrono::milliseconds(200);
    limits.body_time = std::chrono::milliseconds(200);
    limits.write_time = std::chrono::milliseconds(300);
    limits.idle_time = std::chrono::milliseconds(200);
    limits.close_time = std::chrono::milliseconds(300);
    return limits;
}

}  // namespace slipway::test
