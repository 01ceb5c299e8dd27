// Who gets in: a crowd at one door leaves room at the others, and nobody is read from who may not come in.
#include "adapters/net/connection_crowd.hpp"
#include "tests/adapters/net/raw_client.hpp"
#include "tests/adapters/net/running_server.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <memory>
#include <vector>

using namespace slipway;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

using awaitable_reply = boost::asio::awaitable<net::http_reply>;

awaitable_reply length_of_body(const net::http_request& request, net::http_caller) {
    net::http_reply reply;
    reply.body = std::to_string(request.body.size());
    co_return reply;
}

}  // namespace

TEST_CASE("connections are counted by door and by host, and what is reserved stays free") {
    net::server_limits limits;
    limits.connections = 10;
    limits.for_unix = 3;
    limits.per_listener = 5;
    limits.per_peer = 2;
    net::connection_crowd crowd;
    const auto enters = [&](int over, const std::string& peer) {
        const bool room = crowd.has_room(over, peer, limits);
        if (room) crowd.enter(over, peer);
        return room;
    };
    CHECK(enters(0, "a"));
    CHECK(enters(0, "a"));
    CHECK_FALSE(enters(0, "a"));  // two of a host
    CHECK_FALSE(enters(1, "a"));
    CHECK(enters(0, "b"));
    CHECK(enters(0, "b"));
    CHECK(enters(0, "c"));
    CHECK_FALSE(enters(0, "d"));  // five by a door
    CHECK(enters(1, "d"));
    CHECK(enters(1, "d"));
    CHECK_FALSE(enters(1, "e"));  // three are for the unix socket
    CHECK(enters(-1, ""));
    CHECK(enters(-1, ""));
    CHECK(enters(-1, ""));
    CHECK_FALSE(enters(-1, ""));
    crowd.leave(0, "a");
    CHECK(crowd.size() == 9);
    CHECK(enters(-1, ""));
    crowd.leave(-1, "");
    CHECK(enters(1, "a"));
    CHECK_FALSE(enters(1, "a"));
}

TEST_CASE("256 connections that say nothing do not keep anybody from the unix socket, nor a hundred more from the port") {
    running_server server(length_of_body);
    std::vector<std::unique_ptr<raw_client>> crowd;
    for (int i = 0; i < 300; ++i) crowd.push_back(std::make_unique<raw_client>(server.tcp));
    REQUIRE(comes_true([&] { return server.connections() >= 256; }));
    std::vector<std::unique_ptr<raw_client>> local;
    for (int i = 0; i < 60; ++i) local.push_back(std::make_unique<raw_client>(server.unix_socket));
    for (auto& client : local) client->send(http_text("GET", "/"));
    for (auto& client : local) CHECK(client->answer().status == 200);
}

TEST_CASE("whether a request may come in is known from its head: its body is never read") {
    std::atomic<int> asked{0}, answered{0};
    const auto guard = [&](const net::http_request& head,
                           const net::http_caller& from) -> boost::asio::awaitable<std::optional<net::http_reply>> {
        ++asked;
        if (from.unix_socket || net::find_header(head.headers, "authorization")) co_return std::nullopt;
        net::http_reply reply;
        reply.status = 401;
        reply.body = from.peer;
        co_return reply;
    };
    running_server server(
        [&](const net::http_request& request, net::http_caller from) {
            ++answered;
            return length_of_body(request, std::move(from));
        },
        {}, guard);
    const std::string head = "POST /v1/vms HTTP/1.1\r\nHost: x\r\n";
    for (const std::string more : {"Content-Length: 1000000\r\n\r\n", "Content-Length: 1000000\r\n\r\n{",
                                   "Transfer-Encoding: chunked\r\n\r\n", "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"}) {
        INFO(more);
        raw_client stranger(server.tcp);
        stranger.send(head + more);
        const auto got = stranger.answer();  // before a byte of the body has come, and in place of 100
        CHECK(got.status == 401);
        CHECK(got.body == "127.0.0.1");
        CHECK(got.headers.at("connection") == "close");
    }
    CHECK(asked == 4);
    CHECK(answered == 0);
    for (const bool local : {true, false}) {
        raw_client known(local ? server.unix_socket : server.tcp);
        known.send(head + "Authorization: x\r\nContent-Length: 5\r\n\r\n12");
        CHECK(comes_true([&] { return asked == (local ? 5 : 6); }));
        known.send("345");
        CHECK(known.answer().body == "5");
    }
}

TEST_CASE("nobody who was turned away is listened to without end") {
    running_server server(length_of_body, {}, [](const net::http_request&, const net::http_caller&)
                                                  -> boost::asio::awaitable<std::optional<net::http_reply>> {
        net::http_reply reply;
        reply.status = 401;
        co_return reply;
    });
    raw_client stranger(server.tcp);
    stranger.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string megabyte(1u << 20, 'x');
    bool taken = true;
    for (int i = 0; i < 64 && taken; ++i) taken = stranger.send(megabyte);
    CHECK_FALSE(taken);
}
