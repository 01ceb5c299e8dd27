// The client over a unix socket, against the server of this directory.
#include "adapters/net/http_client.hpp"
#include "tests/adapters/net/requests.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/running_server.hpp"
#include "tests/support/catch.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

using namespace slipway::net;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<http_reply> echo(const http_request& asked, http_caller from) {
    http_reply out;
    out.body = asked.method + " " + asked.target + " " + std::string(find_header(asked.headers, "host").value_or("")) +
               (from.unix_socket ? " unix " : " tcp ") + asked.body;
    co_return out;
}

boost::asio::awaitable<bool> ended(http_server& server) {
    co_await server.stop(1000ms);
    co_return server.connections() == 0;
}

// A socket that is bound and does what it is told about listening; nobody ever accepts.
class bound_socket {
public:
    bound_socket(const std::string& path, bool listens) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        if (listens) REQUIRE(::listen(socket_, 4) == 0);
    }
    ~bound_socket() { ::close(socket_); }
    bound_socket(const bound_socket&) = delete;
    bound_socket& operator=(const bound_socket&) = delete;

private:
    int socket_;
};

}  // namespace

TEST_CASE("a unix socket carries requests, one connection for many") {
    running_server server(echo);
    boost::asio::io_context loop;
    const auto client = make_unix_http_client(server.unix_socket.path);
    for (int i = 0; i < 20; ++i) {
        const auto answer = run(loop, client->send(request("POST", "/v1/x", "body")));
        REQUIRE(answer.has_value());
        CHECK(answer->status == 200);
        CHECK(answer->body == "POST /v1/x localhost unix body");
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("a unix socket that nobody listens on, or that is not there, or that is none, is said with what to do") {
    directory scratch;
    boost::asio::io_context loop;
    const auto refusal = [&](const std::string& path) {
        const auto answer = run(loop, make_unix_http_client(path)->send(request("POST", "/")));
        REQUIRE(answer.has_error());
        CHECK(answer.error().failure == http_failure::not_sent);
        CHECK_FALSE(answer.error().timed_out);
        return answer.error().message;
    };
    CHECK_THAT(refusal(scratch / "none"), contains("no such socket"));
    CHECK_THAT(refusal(scratch / "none"), contains(scratch / "none"));
    const bound_socket left_behind(scratch / "old", false);
    CHECK_THAT(refusal(scratch / "old"), contains("nobody listens"));
    CHECK_THAT(refusal(std::string(200, 'x')), contains("no such path"));
    CHECK_THAT(refusal(""), contains("no such path"));
}

TEST_CASE("a unix socket that takes a request and says nothing costs no more than the deadline") {
    directory scratch;
    const bound_socket silent(scratch / "s", true);
    boost::asio::io_context loop;
    http_limits limits;
    limits.deadline = 100ms;
    const auto answer = run(loop, make_unix_http_client(scratch / "s", limits)->send(request("GET", "/")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::lost);
    CHECK(answer.error().timed_out);
}

TEST_CASE("a unix socket whose server was started anew is connected to anew") {
    directory scratch;
    boost::asio::io_context loop;
    std::shared_ptr<http_client> client;
    for (int i = 0; i < 2; ++i) {
        http_server server(loop.get_executor(), echo);
        REQUIRE(server.listen(*parse_listen_address("unix:" + (scratch / "s"))).has_value());
        if (!client) client = make_unix_http_client(scratch / "s");
        const auto answer = run(loop, client->send(request("GET", "/again")));
        REQUIRE(answer.has_value());
        CHECK_THAT(answer->body, contains("GET /again"));
        CHECK(run(loop, ended(server)));
    }
}
