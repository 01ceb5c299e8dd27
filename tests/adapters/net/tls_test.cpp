// The client over TLS: what it trusts, and how it says no.
#include "adapters/net/http_client.hpp"
#include "tests/adapters/net/requests.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/adapters/net/trust.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/ssl/context.hpp>

using namespace slipway::net;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

http_result get(const scripted_server& server, const tls_context& tls, const std::string& host) {
    boost::asio::io_context loop;
    return run(loop, make_http_client(*parse_endpoint(server.url(host)), tls)->send(request("GET", "/v1")));
}

}  // namespace

TEST_CASE("a server with the right certificate is talked to, over one connection") {
    const std::string host = GENERATE(as<std::string>{}, "localhost", "127.0.0.1");
    scripted_server server(answer_all, make_server_identity(authority(), "DNS:localhost,IP:127.0.0.1"));
    boost::asio::io_context loop;
    const auto client = make_http_client(*parse_endpoint(server.url(host)), trusting(authority()));
    for (int i = 0; i < 20; ++i)
        REQUIRE(run(loop, client->send(request(i % 2 == 0 ? "GET" : "POST", "/v1", std::string(100, 'x')))).has_value());
    CHECK(server.connections() == 1);
}

TEST_CASE("a large request and a large answer go through TLS") {
    const std::string large(300'000, 'x');
    scripted_server server(
        [&](peer& client) {
            const auto got = client.read_request();
            client.answer(200, got.substr(got.size() - large.size()));
            client.wait_for_close();
        },
        make_server_identity(authority(), "DNS:localhost"));
    boost::asio::io_context loop;
    const auto client = make_http_client(*parse_endpoint(server.url("localhost")), trusting(authority()));
    CHECK(run(loop, client->send(request("POST", "/v1", large)))->body == large);
}

TEST_CASE("a certificate for another name is refused before anything is sent") {
    scripted_server server(answer_all, make_server_identity(authority(), "DNS:api.example.org"));
    const std::string host = GENERATE(as<std::string>{}, "localhost", "127.0.0.1");
    const auto answer = get(server, trusting(authority()), host);
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK(answer.error().certificate);
    CHECK_THAT(answer.error().message, contains("No trusted connection to " + host));
    CHECK_THAT(answer.error().message, contains("certificate is for another name"));
    CHECK(server.requests().empty());
}

TEST_CASE("an unknown authority is refused, and the sentence names the way out") {
    scripted_server server(answer_all, make_server_identity(authority(), "DNS:localhost"));
    const bool system_store = GENERATE(true, false);
    const auto tls = system_store ? *client_tls("") : trusting(make_authority("another"));
    const auto answer = get(server, tls, "localhost");
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK(answer.error().certificate);
    CHECK_THAT(answer.error().message, contains("SLIPWAY_CA_FILE"));
    CHECK(server.requests().empty());
}

TEST_CASE("an expired certificate is refused") {
    validity past;
    past.begins_s = -7200;
    past.ends_s = -3600;
    scripted_server server(answer_all, make_server_identity(authority(), "DNS:localhost", past));
    const auto answer = get(server, trusting(authority()), "localhost");
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK_THAT(answer.error().message, contains("expired"));
}

TEST_CASE("a server without TLS, or with too old a one, means not sent") {
    boost::asio::io_context loop;
    SECTION("plain") {
        scripted_server server([](peer& client) { client.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
        url secure = *parse_endpoint(server.url());
        secure.scheme = "https";
        const auto answer = run(loop, make_http_client(secure, trusting(authority()))->send(request("POST", "/v1")));
        REQUIRE(answer.has_error());
        CHECK(answer.error().failure == http_failure::not_sent);
        CHECK_FALSE(answer.error().certificate);
        CHECK_THAT(answer.error().message, contains("handshake failed"));
    }
    SECTION("old") {
        const auto tls = trusting(authority());
        CHECK(SSL_CTX_get_min_proto_version(tls->native_handle()) == TLS1_2_VERSION);
    }
}

TEST_CASE("a handshake that does not end is given up in time") {
    scripted_server server([](peer& client) { client.wait_for_close(); });  // takes everything, says nothing
    url secure = *parse_endpoint(server.url());
    secure.scheme = "https";
    http_limits limits;
    limits.deadline = 150ms;
    boost::asio::io_context loop;
    const auto answer = run(loop, make_http_client(secure, trusting(authority()), limits)->send(request("POST", "/v1")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::not_sent);
    CHECK(answer.error().timed_out);
}

TEST_CASE("an answer that is cut off under TLS is lost") {
    scripted_server server(
        [](peer& client) {
            client.read_request();
            client.send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{");
        },
        make_server_identity(authority(), "DNS:localhost"));
    boost::asio::io_context loop;
    const auto client = make_http_client(*parse_endpoint(server.url("localhost")), trusting(authority()));
    const auto answer = run(loop, client->send(request("POST", "/v1")));
    REQUIRE(answer.has_error());
    CHECK(answer.error().failure == http_failure::lost);
}

TEST_CASE("a kept-alive TLS connection that was closed is replaced, also under a POST") {
    scripted_server server(
        [](peer& client) {
            client.read_request();
            client.answer(200, "{}");
        },
        make_server_identity(authority(), "DNS:localhost"));
    boost::asio::io_context loop;
    const auto client = make_http_client(*parse_endpoint(server.url("localhost")), trusting(authority()));
    REQUIRE(run(loop, client->send(request("GET", "/v1"))).has_value());
    run_until(loop, [&] { return server.ended() == 1; });
    REQUIRE(run(loop, client->send(request("POST", "/v1"))).has_value());
    CHECK(server.connections() == 2);
}

TEST_CASE("a CA file that cannot be read stops the start, with its name") {
    const auto missing = client_tls("/nonexistent/ca.pem");
    REQUIRE(missing.has_error());
    CHECK(missing.error().kind == slipway::error_kind::configuration);
    CHECK_THAT(missing.error().message, contains("/nonexistent/ca.pem"));
}
