// Requests that chance has damaged: the server is alive after each batch, and nothing that is not whole reaches the
// house. The seed is printed; SLIPWAY_FUZZ_SEED and SLIPWAY_FUZZ_REQUESTS give another run.
#include "tests/adapters/api/fixture.hpp"

#include "adapters/net/http_request_reader.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

using namespace slipway;
using namespace slipway::test;
using nlohmann::json;

namespace {

std::uint64_t setting(const char* name, std::uint64_t usual) {
    const char* given = std::getenv(name);
    return given ? std::strtoull(given, nullptr, 10) : usual;
}

class damage {
public:
    explicit damage(std::uint64_t seed) : chance_(seed) {}

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : chance_() % limit; }

    std::string of(std::string text) {
        static const std::vector<std::string> words{"\r\n",
                                                    "\n",
                                                    "\r\n\r\n",
                                                    ": ",
                                                    "Content-Length: 5\r\n",
                                                    "Content-Length: 99999999999\r\n",
                                                    "chunked",
                                                    " HTTP/1.1",
                                                    "Transfer-Encoding: chunked\r\n",
                                                    std::string(1, '\0'),
                                                    "\xff\xfe",
                                                    "{",
                                                    "}",
                                                    "\"",
                                                    "\\u0000",
                                                    "%00",
                                                    "%2f",
                                                    "..",
                                                    "//",
                                                    "Host: x\r\n",
                                                    "Expect: 100-continue\r\n",
                                                    "Authorization: Bearer x\r\n",
                                                    "0\r\n\r\n",
                                                    "[[[[[[[[[[",
                                                    "1e999",
                                                    "-",
                                                    "?after=1"};
        for (std::size_t i = 1 + below(4); i > 0; --i) {
            const std::size_t at = below(text.size() + 1);
            switch (below(6)) {
                case 0:
                    text.insert(at, words[below(words.size())]);
                    break;
                case 1:
                    text.erase(at, 1 + below(20));
                    break;
                case 2:
                    if (at < text.size()) text[at] = static_cast<char>(chance_());
                    break;
                case 3:
                    if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                    break;
                case 4:
                    text.insert(at, text.substr(below(text.size() + 1), below(60)));
                    break;
                default:
                    text.resize(at);
                    break;
            }
        }
        return text;
    }

private:
    std::mt19937_64 chance_;
};

std::vector<std::string> good_requests() {
    const std::string json_type = "Content-Type: application/json\r\n";
    const std::string token_header = "Authorization: Bearer right-token\r\n";
    const std::string contract = json{{"offering", "small"}, {"ssh_pubkey", some_key}}.dump();
    const std::string vm = json{{"name", "web"}, {"ssh_pubkey", some_key}, {"count", 3}}.dump();
    return {
        http_text("GET", "/v1/vms", {}, token_header),
        http_text("GET", "/v1/events?after=3&limit=10", {}, token_header),
        http_text("POST", "/v1/contracts", contract, token_header + json_type + "Idempotency-Key: abc\r\n"),
        http_text("POST", "/v1/vms", vm, token_header + json_type),
        http_text("PUT", "/v1/providers/acme", json{{"hetzner_token", some_token}}.dump(), token_header + json_type),
        http_text("DELETE", "/v1/vms/web", {}, token_header),
        "POST /v1/vms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + token_header + json_type +
            "\r\n5\r\n{\"nam\r\n0\r\n\r\n",
        http_text("POST", "/v1/contracts/order-1/cancel", {}, token_header),
    };
}

}  // namespace

TEST_CASE("the reader of requests takes any bytes, in any pieces") {
    const auto seed = setting("SLIPWAY_FUZZ_SEED", 20261120);
    std::cout << "# seed " << seed << "\n";
    damage chance(seed);
    const auto good = good_requests();
    net::server_limits limits;
    limits.head = 2000;
    limits.body = 2000;
    int done = 0;
    int refused = 0;
    for (std::uint64_t i = 0; i < setting("SLIPWAY_FUZZ_REQUESTS", 20'000); ++i) {
        const std::string bytes = chance.of(good[chance.below(good.size())]);
        net::request_reader whole(limits);
        std::string_view all = bytes;
        const auto expected = whole.feed(all);
        // The same in pieces says the same.
        net::request_reader pieces(limits);
        std::string pending;
        auto state = net::request_reader::progress::more;
        for (std::size_t at = 0; at < bytes.size() && state == net::request_reader::progress::more;) {
            const std::size_t size = 1 + chance.below(40);
            pending += bytes.substr(at, size);
            at += size;
            std::string_view rest = pending;
            state = pieces.feed(rest);
            pending.erase(0, pending.size() - rest.size());
        }
        if (state != expected) FAIL("request " << i << " of seed " << seed << " depends on its pieces");
        done += state == net::request_reader::progress::done;
        refused += state == net::request_reader::progress::refused;
        if (state == net::request_reader::progress::refused && pieces.why().status / 100 == 2)
            FAIL("refused with " << pieces.why().status);
        if (state == net::request_reader::progress::done && pieces.request().body != whole.request().body)
            FAIL("another body");
    }
    CHECK(done > 0);
    CHECK(refused > 0);
}

TEST_CASE("damaged requests get a 4xx or 5xx that is none of our faults, and the server lives on") {
    const auto seed = setting("SLIPWAY_FUZZ_SEED", 20261120);
    std::cout << "# seed " << seed << "\n";
    damage chance(seed);
    const auto good = good_requests();
    served_api api("wrong-for-all");  // so nothing may reach the house at all
    const auto count = setting("SLIPWAY_FUZZ_REQUESTS", 4'000);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string bytes = chance.of(good[chance.below(good.size())]);
        raw_client client(api.server->tcp);
        client.send(bytes);
        client.no_more();
        for (auto got = client.answer(bytes.starts_with("HEAD")); got.status != 0; got = client.answer()) {
            if (got.status == 100) continue;
            const bool ours = got.status == 501 || got.status == 505;
            if ((got.status / 100 != 4 && !ours) || parsed(got).is_discarded())
                FAIL("request " << i << " of seed " << seed << " got " << got.status);
        }
        if (i % 500 != 0) continue;
        raw_client alive(api.server->tcp);
        alive.send(http_text("GET", "/healthz"));
        REQUIRE(alive.answer().status == 200);
    }
    CHECK(api.house.changes == 0);
    CHECK(api.house.log.empty());
    CHECK(api.server->fault.empty());
}

TEST_CASE("damaged bodies are refused or whole") {
    const auto seed = setting("SLIPWAY_FUZZ_SEED", 20261120) + 1;
    std::cout << "# seed " << seed << "\n";
    damage chance(seed);
    const std::string good =
        json{{"name", "web"}, {"ssh_pubkey", some_key}, {"count", 1}, {"labels", {{"a", "b"}}}}.dump();
    served_api api;
    int taken = 0;
    for (std::uint64_t i = 0; i < setting("SLIPWAY_FUZZ_REQUESTS", 3'000); ++i) {
        std::string body = chance.of(good);
        if (body.empty()) body = "{";
        const auto got = api.ask("POST", "/v1/vms", body);
        if (got.status != 202 && got.status != 400 && got.status != 422)
            FAIL("body " << i << " of seed " << seed << " got " << got.status);
        if (got.status != 202) continue;
        ++taken;
        // What was taken is JSON with these fields, by another reader too.
        const auto document = json::parse(body, nullptr, false);
        REQUIRE(document.is_object());
        CHECK(document["name"] == api.in_loop([&] { return api.house.last_vm.name; }));
    }
    CHECK(api.house.changes == taken);
    CHECK(api.server->fault.empty());
}
