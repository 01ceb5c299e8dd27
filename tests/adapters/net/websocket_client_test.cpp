// The client against a server that does exactly what a test tells it, mostly wrong.
#include "adapters/net/websocket_client.hpp"
#include "tests/adapters/net/websocket_script.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace slipway::net;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

websocket_limits quick_limits() {
    websocket_limits limits;
    limits.open = limits.write = limits.close = 150ms;
    return limits;
}

websocket_result open(asio::io_context& loop, const scripted_server& server, websocket_limits limits = {}) {
    const auto where = parse_websocket_url("ws://127.0.0.1:" + std::to_string(server.port()));
    return run(loop, open_websocket(*where, nullptr, limits));
}

// What the client says to an answer to its request.
websocket_error refusal_after(const std::string& answer) {
    scripted_server server([&](peer& client) {
        client.read_request();
        client.send(answer);
    });
    asio::io_context loop;
    const auto opened = open(loop, server);
    REQUIRE(opened.has_error());
    return opened.error();
}

}  // namespace

TEST_CASE("texts go both ways") {
    scripted_server server([](peer& client) {
        shake_hands(client);
        while (const auto frame = read_frame(client)) {
            const bool text = frame->first == 0x81 && frame->masked;
            client.send(server_frame(0x81, text ? "got " + frame->payload : "what?"));
        }
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    for (const std::string& text :
         {std::string("one"), std::string(), std::string(70'000, 'x'), std::string("\xe2\x82\xac")}) {
        CHECK(run(loop, client->send(text)));
        CHECK(message_of(run(loop, client->read())) == "got " + text);
    }
    const std::string request = server.requests().front();
    CHECK(request.starts_with("GET /?v=10 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    for (const char* line : {"Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Sec-WebSocket-Version: 13\r\n"})
        CHECK_THAT(request, contains(line));
    CHECK_THAT(request, !contains("Extensions"));
}

TEST_CASE("frames that come together with the consent are read") {
    scripted_server server([](peer& client) {
        const auto request = client.read_request();
        client.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + consent(request) + server_frame(0x81, "hello") +
                    server_frame(0x81, "again"));
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    CHECK(message_of(run(loop, client->read())) == "hello");
    CHECK(message_of(run(loop, client->read())) == "again");
}

TEST_CASE("an answer that is no consent is an error that says why") {
    const auto unavailable = refusal_after("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n{");
    CHECK(unavailable.status == 503);
    CHECK_THAT(unavailable.message, contains("status 503"));
    CHECK(refusal_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").status == 200);

    const auto another = refusal_after("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    CHECK(another.status == 0);
    CHECK_THAT(another.message, contains("another protocol"));
    const auto stale = refusal_after(consent("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    CHECK_THAT(stale.message, contains("not to this request"));
    CHECK_THAT(refusal_after("SSH-2.0-OpenSSH\r\n\r\n").message, contains("not HTTP"));
    CHECK_THAT(refusal_after("HTTP/1.1 101 S\r\nX: " + std::string(20'000, 'x')).message, contains("not HTTP"));
    CHECK_THAT(refusal_after("HTTP/1.1 101 Swi").message, contains("before the WebSocket was open"));
    CHECK_THAT(refusal_after("").message, contains("before the WebSocket was open"));
}

TEST_CASE("a peer that does not answer costs no more than the deadline") {
    const bool begins = GENERATE(false, true);
    scripted_server server([begins](peer& client) {
        client.read_request();
        if (begins) client.send("HTTP/1.1 101 Switching Protocols\r\n");
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto opened = open(loop, server, quick_limits());
    REQUIRE(opened.has_error());
    CHECK(opened.error().timed_out);
    CHECK_THAT(opened.error().message, contains("within 150 ms"));
}

TEST_CASE("opening can be cancelled, and the connection is closed then") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto where = parse_websocket_url("ws://127.0.0.1:" + std::to_string(server.port()));
    asio::cancellation_signal cancelled;
    bool ended = false, threw = false;
    asio::co_spawn(loop, open_websocket(*where, nullptr),
                   asio::bind_cancellation_slot(cancelled.slot(), [&](std::exception_ptr failed, websocket_result) {
                       threw = failed != nullptr;
                       ended = true;
                   }));
    run_until(loop, [&] { return server.requests().size() == 1; });
    cancelled.emit(asio::cancellation_type::terminal);
    run_until(loop, [&] { return ended && server.ended() == 1; });
    CHECK(threw);
}

TEST_CASE("pings are answered, also in the middle of a message") {
    std::vector<std::string> pongs;
    scripted_server server([&](peer& client) {
        shake_hands(client);
        client.send(server_frame(0x89, "first"));
        pongs.push_back(read_frame(client).value().payload);
        client.send(server_frame(0x01, "a message ") + server_frame(0x89, "second"));
        const auto frame = read_frame(client).value();
        pongs.push_back(frame.first == 0x8a && frame.masked ? frame.payload : "no pong");
        client.send(server_frame(0x80, "in two"));
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    CHECK(message_of(run(loop, client->read())) == "a message in two");
    CHECK(pongs == std::vector<std::string>{"first", "second"});
}

TEST_CASE("who breaks the rules is told so, and so are we") {
    struct breach {
        std::string bytes;
        std::uint16_t code;
    };
    const auto breach = GENERATE(values<struct breach>({
        {"\x81\x85mask", 1002},
        {"\x80\x01x", 1002},
        {server_frame(0x82, "bytes"), 1003},
        {server_frame(0x81, "\xff"), 1007},
        {server_frame(0x81, std::string(1001, 'x')), 1009},
        {"\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 1009},
        {server_frame(0x88, "\x03"), 1002},
    }));
    std::optional<client_frame> goodbye;
    scripted_server server([&](peer& client) {
        shake_hands(client);
        client.send(server_frame(0x81, "good") + breach.bytes);
        goodbye = read_frame(client);
        client.wait_for_close();
    });
    asio::io_context loop;
    websocket_limits limits;
    limits.message = 1000;
    const auto client = open_client(loop, server, limits);
    CHECK(message_of(run(loop, client->read())) == "good");
    const auto lost = lost_of(run(loop, client->read()));
    CHECK(lost.told == breach.code);
    CHECK_THAT(lost.message, contains("127.0.0.1 broke the rules of WebSocket: it sent "));
    CHECK(lost_of(run(loop, client->read())).told == breach.code);
    CHECK_FALSE(run(loop, client->send("too late")));
    run_until(loop, [&] { return server.ended() == 1; });
    REQUIRE(goodbye.has_value());
    CHECK(goodbye->first == 0x88);
    CHECK(goodbye->payload == close_bytes(breach.code));
}

TEST_CASE("a peer's goodbye is answered and told with its reason, after what it said before") {
    const std::string carried = GENERATE(as<std::string>{}, close_bytes(4004, "Authentication failed."), "");
    std::optional<client_frame> answer;
    scripted_server server([&](peer& client) {
        shake_hands(client);
        client.send(server_frame(0x81, "last words") + server_frame(0x88, carried) + server_frame(0x81, "ghost"));
        answer = read_frame(client);
        client.wait_for_close();
    });
    asio::io_context loop;
    auto client = open_client(loop, server);
    CHECK(message_of(run(loop, client->read())) == "last words");
    const auto closed = closed_of(run(loop, client->read()));
    CHECK(closed.code == (carried.empty() ? 1005 : 4004));
    CHECK(closed.reason == (carried.empty() ? "" : "Authentication failed."));
    client.reset();  // at once: the answer is out before the news
    run_until(loop, [&] { return server.ended() == 1; });
    REQUIRE(answer.has_value());
    CHECK(answer->first == 0x88);
    CHECK(answer->payload == carried.substr(0, 2));
}

TEST_CASE("a connection that breaks off is lost, wherever it does") {
    const std::string before = GENERATE(as<std::string>{}, "", "\x81", "\x81\x05",
                                        "\x81\x05"
                                        "ab",
                                        "\x81\x7e", server_frame(0x01, "half "));
    const bool reset = GENERATE(false, true);
    scripted_server server([&](peer& client) {
        shake_hands(client);
        client.send(before);
        if (reset) client.reset();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    const auto lost = lost_of(run(loop, client->read()));
    CHECK(lost.told == 0);
    CHECK_THAT(lost.message, contains(reset ? "The connection to 127.0.0.1 broke" : "without a goodbye"));
    CHECK_FALSE(run(loop, client->send("anyone?")));
    CHECK(std::holds_alternative<websocket_lost>(run(loop, client->close(1000, ""))));
}
