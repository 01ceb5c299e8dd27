// Who may ask: bearer tokens over TCP, nobody's web page, everybody on the unix socket; and nothing shows a token.
#include "adapters/api/wrong_tokens.hpp"
#include "tests/adapters/api/fixture.hpp"

#include <chrono>

using namespace slipway;
using namespace slipway::test;

TEST_CASE("over TCP the right token is needed, whatever the path") {
    served_api api("right-token");
    for (const char* header :
         {"", "Authorization: Bearer\r\n", "Authorization: Bearer \r\n", "Authorization: Bearer wrong\r\n",
          "Authorization: right-token\r\n", "Authorization: Basic right-token\r\n",
          "Authorization: Bearer right-toke\r\n", "Authorization: Bearer right-tokenx\r\n",
          "Authorization: Bearer right-token\r\nAuthorization: Bearer right-token\r\n",
          "X-Authorization: Bearer right-token\r\n"}) {
        for (const char* target : {"/v1/vms", "/metrics", "/openapi.json", "/nowhere", "/v1/events", "/v1/vms/%"}) {
            INFO(header << target);
            const auto got = api.ask("GET", target, {}, header);
            expect_problem(got, 401);
            CHECK(got.headers.at("www-authenticate") == "Bearer realm=\"slipway\"");
            CHECK(got.body.find("right-token") == std::string::npos);
        }
        expect_problem(api.ask("POST", "/v1/audit", {}, header), 401);
    }
    CHECK(api.house.changes == 0);
    CHECK(api.ask("GET", "/healthz").status == 200);
    CHECK(api.ask("GET", "/readyz").status == 200);
    CHECK(api.ask("GET", "/v1/vms", {}, "Authorization: Bearer right-token\r\n").status == 200);
    CHECK(api.ask("GET", "/v1/vms", {}, "authorization: bearer right-token\r\n").status == 200);
    expect_problem(api.ask("GET", "/nowhere", {}, "Authorization: Bearer right-token\r\n"), 404);
}

TEST_CASE("the unix socket needs no token") {
    served_api api("right-token");
    raw_client local(api.server->unix_socket);
    local.send(http_text("GET", "/v1/vms"));
    CHECK(local.answer().status == 200);
}

TEST_CASE("without a token, web pages are turned away") {
    served_api api;
    const auto with_host = [&](const std::string& host) {
        api.client->send("POST /v1/audit HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
        return api.client->answer().status;
    };
    for (const char* host : {"localhost", "localhost:80", "127.0.0.1:8080", "[::1]", "[::1]:80", "LOCALHOST"}) {
        INFO(host);
        CHECK(with_host(host) == 200);
    }
    const int before = api.house.changes;
    for (const char* host :
         {"evil.example", "evil.example:80", "localhost.evil.example", "", "192.0.2.1", "[::2]:80"}) {
        INFO(host);
        CHECK(with_host(host) == 421);
    }
    expect_problem(api.ask("POST", "/v1/audit", {}, "Origin: http://localhost:3000\r\n"), 403);
    expect_problem(api.ask("POST", "/v1/audit", {}, "Origin: null\r\n"), 403);
    CHECK(api.house.changes == before);
}

TEST_CASE("without a token, slipway's own page is let in where a name of this machine serves it") {
    served_api api;
    const auto with = [&](const std::string& host, const std::string& origin) {
        api.client->send("POST /v1/audit HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + origin + "\r\nContent-Length: 0\r\n\r\n");
        return api.client->answer().status;
    };
    CHECK(with("localhost:8080", "http://localhost:8080") == 200);
    CHECK(with("[::1]:80", "http://[::1]:80") == 200);
    const int before = api.house.changes;
    CHECK(with("localhost:8080", "http://localhost:8081") == 403);
    CHECK(with("localhost:8080", "http://localhost:80801") == 403);
    CHECK(with("localhost:8080", "https://localhost:8080") == 403);
    CHECK(with("localhost:8080", "http://127.0.0.1:8080") == 403);
    CHECK(with("localhost:8080", "localhost:8080") == 403);
    CHECK(with("evil.example", "http://evil.example") == 421);
    CHECK(api.house.changes == before);
}

TEST_CASE("no answer shows a token") {
    served_api api("right-token");
    const std::string with = "Authorization: Bearer right-token\r\n";
    const std::string secret = "SECRETSECRETSECRET";
    for (const std::string& body :
         {"{\"hetzner_token\":\"" + secret + "\"", "{\"hetzner_token\":[\"" + secret + "\"]}",
          "{\"" + secret + secret + secret + "\":1}", "{\"hetzner_token\":\"" + secret + " \"}",
          "{\"email\":\"" + secret + "\"}", "\"" + secret + "\""}) {
        const auto got = api.ask("PUT", "/v1/providers/acme", body, with + "Content-Type: application/json\r\n");
        CHECK(got.status / 100 == 4);
        CHECK(got.body.find(secret) == std::string::npos);
    }
}

TEST_CASE("a request without the token is turned away before its body has come") {
    served_api api("right-token");
    const auto asks = [&](const std::string& header, bool whole) {
        raw_client client(api.server->tcp);
        client.send("POST /v1/audit HTTP/1.1\r\nHost: x\r\n" + header + "Content-Length: 1000000\r\n\r\n");
        if (whole) client.send(std::string(1'000'000, 'x'));
        return client.answer().status;
    };
    CHECK(asks("", false) == 401);
    CHECK(asks("Authorization: Bearer wrong\r\n", false) == 401);
    CHECK(asks("Authorization: Bearer right-token\r\n", true) / 100 == 4);
    CHECK(api.house.changes == 0);
}

TEST_CASE("a wrong token is slowed and said, never shown; no token is answered at once") {
    served_api api("right-token", std::chrono::seconds(15), 300);
    const auto took = [&](const std::string& header) {
        const auto began = std::chrono::steady_clock::now();
        expect_problem(api.ask("GET", "/v1/vms", {}, header), 401);
        return std::chrono::steady_clock::now() - began;
    };
    took("");
    CHECK(api.in_loop([&] { return api.warnings.size(); }) == 0);
    for (int i = 0; i < 3; ++i) CHECK(took("Authorization: Bearer guess-17\r\n") >= std::chrono::milliseconds(300));
    const auto said = api.in_loop([&] { return api.warnings; });
    REQUIRE(said.size() == 1);
    CHECK_THAT(said.front(), test::contains("127.0.0.1"));
    CHECK(said.front().find("guess-17") == std::string::npos);
    CHECK(api.ask("GET", "/v1/vms", {}, "Authorization: Bearer right-token\r\n").status == 200);
}

TEST_CASE("who shows no token does not wait, and neither does anybody else while one waits who guesses") {
    served_api api("right-token", std::chrono::seconds(15), 3'600'000);
    raw_client guesses(api.server->tcp);
    guesses.send(http_text("GET", "/v1/vms", {}, "Authorization: Bearer wrong\r\n"));
    REQUIRE(comes_true([&] { return api.in_loop([&] { return !api.warnings.empty(); }); }));
    expect_problem(api.ask("GET", "/v1/vms"), 401);
    CHECK(api.ask("GET", "/v1/vms", {}, "Authorization: Bearer right-token\r\n").status == 200);
}

TEST_CASE("wrong tokens are said once a minute, with how many there were") {
    api::wrong_tokens seen;
    const std::chrono::steady_clock::time_point start{};
    CHECK(seen.seen("192.0.2.1", start));
    for (int i = 0; i < 1000; ++i) CHECK_FALSE(seen.seen("192.0.2.1", start + std::chrono::milliseconds(i)));
    const auto later = seen.seen("192.0.2.7", start + std::chrono::minutes(1));
    REQUIRE(later);
    CHECK_THAT(*later, test::contains("192.0.2.7"));
    CHECK_THAT(*later, test::contains("1001 times"));
}
