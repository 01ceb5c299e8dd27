#include "adapters/net/url.hpp"
#include "adapters/net/http_server.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::net;

TEST_CASE("an address is taken apart") {
    const auto hetzner = parse_url("https://api.hetzner.cloud/v1");
    REQUIRE(hetzner.has_value());
    CHECK(hetzner->scheme == "https");
    CHECK(hetzner->tls());
    CHECK(hetzner->host == "api.hetzner.cloud");
    CHECK(hetzner->port == 443);
    CHECK(hetzner->path == "/v1");
    CHECK(hetzner->authority() == "api.hetzner.cloud");
    CHECK(hetzner->origin() == "https://api.hetzner.cloud:443");

    const auto local = parse_url("HTTP://LocalHost:8080/");
    REQUIRE(local.has_value());
    CHECK_FALSE(local->tls());
    CHECK(local->host == "localhost");
    CHECK(local->path.empty());
    CHECK(local->authority() == "localhost:8080");

    const auto six = parse_url("https://[2001:DB8::1]:8443/a/b/");
    REQUIRE(six.has_value());
    CHECK(six->host == "2001:db8::1");
    CHECK(six->port == 8443);
    CHECK(six->path == "/a/b");
    CHECK(six->authority() == "[2001:db8::1]:8443");

    CHECK(parse_url("http://my_container:80")->host == "my_container");
}

TEST_CASE("what is no address is refused with a reason") {
    const std::string wrong = GENERATE(
        as<std::string>{}, "", "api.hetzner.cloud", "ftp://host", "https://", "https://:443",
        "https://host:", "https://host:0", "https://host:65536", "https://host:12x", "https://user:pass@host",
        "https://[::1", "https://[host]", "https://[::1]x", "https://host/a?b", "https://host/a#b", "https://ho st/",
        "https://a..b/", "https://-a/", "https://host/a b", "https://host/\r\nX: y", "https://host?x");
    const auto parsed = parse_url(wrong);
    INFO(wrong);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().kind == error_kind::usage);
    CHECK(parsed.error().message.find("pass") == std::string::npos);
    CHECK(parsed.error().message.find('\r') == std::string::npos);
}

TEST_CASE("plain http stays on this machine") {
    CHECK(is_loopback_host("localhost"));
    CHECK(is_loopback_host("127.0.0.1"));
    CHECK(is_loopback_host("127.9.8.7"));
    CHECK(is_loopback_host("::1"));
    CHECK(is_loopback_host("[::1]"));
    CHECK_FALSE(is_loopback_host("localhost.example.org"));
    CHECK_FALSE(is_loopback_host("127.0.0.1.example.org"));
    CHECK_FALSE(is_loopback_host("10.0.0.1"));
    CHECK_FALSE(is_loopback_host(""));

    CHECK(parse_endpoint("http://127.0.0.1:8080/v1").has_value());
    CHECK(parse_endpoint("http://[::1]:8080/v1").has_value());
    CHECK(parse_endpoint("https://api.hetzner.cloud/v1").has_value());
    const auto open = parse_endpoint("http://api.hetzner.cloud/v1");
    REQUIRE(open.has_error());
    CHECK_THAT(open.error().message, test::contains("use https://"));
}

TEST_CASE("a WebSocket's address says what to ask for") {
    const auto gateway = parse_websocket_url("wss://Gateway.Discord.gg/?v=10&encoding=json");
    REQUIRE(gateway.has_value());
    CHECK(gateway->origin.tls());
    CHECK(gateway->origin.host == "gateway.discord.gg");
    CHECK(gateway->origin.port == 443);
    CHECK(gateway->origin.authority() == "gateway.discord.gg");
    CHECK(gateway->target == "/?v=10&encoding=json");

    const auto local = parse_websocket_url("WS://127.0.0.1:8080/a/b/?");
    REQUIRE(local.has_value());
    CHECK_FALSE(local->origin.tls());
    CHECK(local->origin.authority() == "127.0.0.1:8080");
    CHECK(local->target == "/a/b/?");

    CHECK(parse_websocket_url("wss://host")->target == "/");
    CHECK(parse_websocket_url("wss://host?v=10")->target == "/?v=10");
    CHECK(parse_websocket_url("ws://[::1]:81/x")->origin.authority() == "[::1]:81");
    CHECK(parse_websocket_url("ws://localhost/x")->origin.port == 80);
}

TEST_CASE("what is no WebSocket's address is refused with a reason") {
    const std::string wrong =
        GENERATE(as<std::string>{}, "", "wss", "https://host/", "wss://", "wss://:1", "wss://host:0",
                 "wss://host:65536", "wss://user:pass@host/", "wss://host/#x", "wss://host/?a#b", "wss://host/?a b",
                 "wss://ho st/", "wss://host/\r\nX: y", "wss://host/?a\r\nX: y", "wss://host/\\", "wss://[::1/");
    const auto parsed = parse_websocket_url(wrong);
    INFO(wrong);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().kind == error_kind::usage);
    CHECK_THAT(parsed.error().message, !test::contains("pass") && !test::contains("\r"));
    CHECK_FALSE(parse_url("wss://host/").has_value());

    const auto open = parse_websocket_url("ws://gateway.discord.gg/");
    REQUIRE(open.has_error());
    CHECK_THAT(open.error().message, test::contains("use wss://"));
}

TEST_CASE("a value in a query is encoded") {
    CHECK(percent_encode("web-1.a_b~") == "web-1.a_b~");
    CHECK(percent_encode("a b&c=d/e:f") == "a%20b%26c%3Dd%2Fe%3Af");
    CHECK(percent_encode("\xc3\xa4") == "%C3%A4");
}

TEST_CASE("no address ends at a zero byte") {
    using namespace std::string_literals;
    CHECK_FALSE(parse_url("http://[::1\0]:80/x"s));
    CHECK_FALSE(parse_url("http://[::1%a\r]:80/x"s));
    CHECK_FALSE(is_loopback_host("127.0.0.1\0.example.org"s));
    CHECK_FALSE(parse_listen_address("127.0.0.1\0x:80"s));
}
