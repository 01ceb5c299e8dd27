// The client against a real server on loopback, over TCP.
#include "adapters/net/http_client.hpp"
#include "tests/adapters/net/requests.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace slipway::net;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<http_client> client_of(const scripted_server& server, http_limits limits = {}) {
    return make_http_client(*parse_endpoint(server.url()), nullptr, limits);
}

// A port on which nobody listens, kept busy so that nobody else gets it.
class closed_port {
public:
    closed_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~closed_port() { ::close(socket_); }
    std::uint16_t port = 0;

private:
    int socket_;
};

}  // namespace

TEST_CASE("one connection carries many requests") {
    scripted_server server(answer_all);
    boost::asio::io_context loop;
    const auto client = client_of(server);
    for (int i = 0; i < 20; ++i) {
        const auto answer = run(loop, client->send(request(i % 2 == 0 ? "GET" : "POST", "/v1/" + std::to_string(i))));
        REQUIRE(answer.has_value());
        CHECK(answer->status == 200);
        CHECK(answer->body == "{}");
    }
    CHECK(server.connections() == 1);
    CHECK(server.requests().size() == 20);
    CHECK_THAT(server.requests().front(), contains("Host: 127.0.0.1:" + std::to_string(server.port())));
}

TEST_CASE("chunked and large answers arrive whole") {
    const std::string large(3'000'000, 'x');
    scripted_server server([&](peer& client) {
        client.read_request();
        client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        client.read_request();
        client.answer(200, large);
        client.wait_for_close();
    });
    boost::asio::io_context loop;
    const auto client = client_of(server);
    CHECK(run(loop, client->send(request("GET", "/")))->body == "hello world");
    CHECK(run(loop, client->send(request("GET", "/")))->body == large);
    CHECK(server.connections() == 1);
}

TEST_CASE("an answer that is too large is refused") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.answer(200, std::string(2000, 'x'));
        client.wait_for_close();
    });
    boost::asio::io_context loop;
    http_limits limits;
    limits.body = 1000;
    const auto answer = run(loop, client_of(server, limits)->send(request("GET", "/")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::too_large);
}

TEST_CASE("a refused connection means not sent") {
    closed_port nobody;
    boost::asio::io_context loop;
    const auto client = make_http_client(*parse_endpoint("http://127.0.0.1:" + std::to_string(nobody.port)), nullptr);
    const auto answer = run(loop, client->send(request("POST", "/v1/servers", "{}")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK_THAT(answer.error().message, contains("Cannot reach 127.0.0.1:" + std::to_string(nobody.port)));
    CHECK_THAT(answer.error().message, contains("refused"));
}

TEST_CASE("a name that does not exist means not sent") {
    boost::asio::io_context loop;
    http_limits limits;
    limits.deadline = 5s;
    url nowhere = *parse_url("http://no-such-host.invalid");
    const auto answer = run(loop, make_http_client(nowhere, nullptr, limits)->send(request("GET", "/")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK_THAT(answer.error().message, contains("no-such-host.invalid"));
}

TEST_CASE("localhost is tried on all its addresses") {
    scripted_server server(answer_all);  // on 127.0.0.1 only; the name may stand for ::1 as well
    boost::asio::io_context loop;
    const auto client = make_http_client(*parse_endpoint(server.url("localhost")), nullptr);
    CHECK(run(loop, client->send(request("GET", "/"))).has_value());
}

TEST_CASE("no answer within the deadline means lost") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.wait_for_close();
    });
    boost::asio::io_context loop;
    http_limits limits;
    limits.deadline = 150ms;
    const std::string method = GENERATE(as<std::string>{}, "GET", "POST");
    const auto began = std::chrono::steady_clock::now();
    const auto answer = run(loop, client_of(server, limits)->send(request(method, "/")));
    const auto took = std::chrono::steady_clock::now() - began;
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::lost);
    CHECK(answer.error().timed_out);
    CHECK_THAT(answer.error().message, contains("did not answer within 150 ms"));
    CHECK(took >= 140ms);
    CHECK(took < 5s);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("closed in the middle of the answer means lost, and nothing is repeated") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"server\":");
    });
    boost::asio::io_context loop;
    const std::string method = GENERATE(as<std::string>{}, "GET", "DELETE", "POST");
    const auto answer = run(loop, client_of(server)->send(request(method, "/")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::lost);
    CHECK_THAT(answer.error().message, contains("in the middle of its answer"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a fresh connection that is closed without an answer is lost, not repeated") {
    scripted_server server([](peer& client) { client.read_request(); });
    boost::asio::io_context loop;
    const std::string method = GENERATE(as<std::string>{}, "GET", "POST");
    const auto answer = run(loop, client_of(server)->send(request(method, "/")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::lost);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a kept-alive connection that dies under a request") {
    // The first connection answers once, takes a second request and closes (with an end or a reset).
    const bool reset = GENERATE(false, true);
    scripted_server server([reset](peer& client) {
        client.read_request();
        client.answer(200, "{}");
        if (client.number() == 1) {
            client.read_request();
            if (reset) client.reset();
            return;
        }
        answer_all(client);
    });
    boost::asio::io_context loop;
    const auto client = client_of(server);
    REQUIRE(run(loop, client->send(request("GET", "/first"))).has_value());

    SECTION("GET is sent once more, on a fresh one") {
        REQUIRE(run(loop, client->send(request("GET", "/second"))).has_value());
        CHECK(server.requests().size() == 3);
        CHECK(server.connections() == 2);
    }
    SECTION("DELETE too: what is gone already is gone") {
        REQUIRE(run(loop, client->send(request("DELETE", "/second"))).has_value());
        CHECK(server.requests().size() == 3);
    }
    SECTION("POST is never sent twice") {
        const auto answer = run(loop, client->send(request("POST", "/second", "{}")));
        REQUIRE(answer.has_error());
        CHECK(answer.error().failure == http_failure::lost);
        CHECK(server.requests().size() == 2);
        CHECK(server.connections() == 1);
    }
}

TEST_CASE("a POST does not use a connection that the server has closed") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.answer(200, "{}");  // and closes, without having said so
    });
    boost::asio::io_context loop;
    const auto client = client_of(server);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
        run_until(loop, [&] { return server.ended() == 2 * i + 1; });
        REQUIRE(run(loop, client->send(request("POST", "/", "{}"))).has_value());
        run_until(loop, [&] { return server.ended() == 2 * i + 2; });
    }
    CHECK(server.requests().size() == 40);
}

TEST_CASE("a POST does not use a connection that was idle for long") {
    scripted_server server(answer_all);
    boost::asio::io_context loop;
    http_limits limits;
    limits.idle_for_unrepeatable = 0ms;
    const auto client = client_of(server, limits);
    REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
    REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
    CHECK(server.connections() == 1);
    REQUIRE(run(loop, client->send(request("POST", "/"))).has_value());
    CHECK(server.connections() == 2);
}

TEST_CASE("old idle connections are dropped") {
    scripted_server server(answer_all);
    boost::asio::io_context loop;
    http_limits limits;
    limits.idle = 0ms;
    const auto client = client_of(server, limits);
    REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
    REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
    CHECK(server.connections() == 2);
}

TEST_CASE("an answer with leftovers, or Connection: close, ends its connection") {
    const std::string answer =
        GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
                 "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    scripted_server server([answer](peer& client) {
        client.read_request();
        client.send(answer);
        client.wait_for_close();
    });
    boost::asio::io_context loop;
    const auto client = client_of(server);
    REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
    REQUIRE(run(loop, client->send(request("GET", "/"))).has_value());
    CHECK(server.connections() == 2);
}

TEST_CASE("the pool is bounded, and who waits gets his turn") {
    scripted_server server(answer_all);
    boost::asio::io_context loop;
    http_limits limits;
    limits.connections = 3;
    const auto client = client_of(server, limits);
    int answered = 0;
    for (int i = 0; i < 40; ++i)
        boost::asio::co_spawn(loop, client->send(request("GET", "/")), [&](std::exception_ptr, http_result answer) {
            if (answer.has_value()) ++answered;
        });
    run_until(loop, [&] { return answered == 40; });
    CHECK(server.connections() <= 3);
}

TEST_CASE("waiting for a connection counts towards the deadline, and means not sent") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.wait_for_close();
    });
    boost::asio::io_context loop;
    http_limits limits;
    limits.connections = 1;
    limits.deadline = 200ms;
    const auto client = client_of(server, limits);
    std::vector<http_failure> failures;
    for (int i = 0; i < 2; ++i)
        boost::asio::co_spawn(loop, client->send(request("POST", "/")), [&](std::exception_ptr, http_result answer) {
            failures.push_back(answer.error().failure);
        });
    run_until(loop, [&] { return failures.size() == 2; });
    CHECK(std::count(failures.begin(), failures.end(), http_failure::lost) == 1);
    CHECK(std::count(failures.begin(), failures.end(), http_failure::not_sent) == 1);
}

TEST_CASE("cancelling closes the connection and frees its place") {
    std::atomic<int> closed{0};
    scripted_server server([&](peer& client) {
        client.read_request();
        if (client.number() > 1) return answer_all(client);
        client.wait_for_close();
        ++closed;
    });
    boost::asio::io_context loop;
    http_limits limits;
    limits.connections = 1;
    const auto client = client_of(server, limits);
    boost::asio::cancellation_signal cancel;
    bool aborted = false;
    boost::asio::co_spawn(
        loop, client->send(request("POST", "/")),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr broken, http_result) { aborted = broken != nullptr; }));
    run_until(loop, [&] { return server.requests().size() == 1; });
    cancel.emit(boost::asio::cancellation_type::terminal);
    run_until(loop, [&] { return aborted && closed == 1; });
    boost::asio::co_spawn(loop, client->send(request("GET", "/")), [](std::exception_ptr, http_result) {});
    run_until(loop, [&] { return server.connections() == 2; });
}

TEST_CASE("a loop that goes away takes its calls along") {
    scripted_server server([](peer& client) {
        client.read_request();
        client.wait_for_close();
    });
    http_limits limits;
    limits.connections = 2;
    const auto client = client_of(server, limits);
    {
        boost::asio::io_context loop;
        for (int i = 0; i < 4; ++i)
            boost::asio::co_spawn(loop, client->send(request("GET", "/")), [](std::exception_ptr, http_result) {});
        run_until(loop, [&] { return server.requests().size() == 2; });
    }
    CHECK(server.connections() == 2);
}

TEST_CASE("a token that would break the request never leaves") {
    scripted_server server(answer_all);
    boost::asio::io_context loop;
    auto broken = request("GET", "/");
    broken.headers.push_back(http_header{"Authorization", "Bearer abc\r\nX-Other: 1"});
    const auto answer = run(loop, client_of(server)->send(std::move(broken)));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK(answer.error().message.find("abc") == std::string::npos);
    CHECK(server.connections() == 0);
}
