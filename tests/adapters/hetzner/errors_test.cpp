#include "adapters/hetzner/errors.hpp"
#include "engine/base/redact.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::hetzner;
using test::answer;
using test::hetzner_token;
using failure = cloud_failure;

namespace {

std::string body(const std::string& code, const std::string& details = "null") {
    return R"({"error":{"code":")" + code + R"(","message":"some text","details":)" + details + "}}";
}

}  // namespace

TEST_CASE("every row of the error table has its class") {
    const auto [status, code, means] = GENERATE(table<int, std::string, failure>({
        {400, "json_error", failure::invalid},
        {401, "unauthorized", failure::unauthorized},
        {401, "token_readonly", failure::unauthorized},
        {403, "token_readonly", failure::unauthorized},
        {403, "forbidden", failure::forbidden},
        {403, "maintenance", failure::conflict},
        {403, "resource_limit_exceeded", failure::quota},
        {404, "not_found", failure::not_found},
        {405, "method_not_allowed", failure::invalid},
        {408, "timeout", failure::lost},
        {409, "uniqueness_error", failure::name_taken},
        {409, "conflict", failure::conflict},
        {410, "deprecated_api_endpoint", failure::invalid},
        {412, "resource_unavailable", failure::unavailable},
        {412, "primary_ip_version_mismatch", failure::invalid},
        {422, "invalid_input", failure::invalid},
        {422, "placement_error", failure::unavailable},
        {422, "no_space_left_in_location", failure::unavailable},
        {422, "primary_ip_assigned", failure::invalid},
        {422, "primary_ip_datacenter_mismatch", failure::invalid},
        {422, "service_error", failure::conflict},
        {422, "unsupported_error", failure::invalid},
        {422, "resource_in_use", failure::locked},
        {422, "must_be_unassigned", failure::locked},
        {422, "server_not_stopped", failure::invalid},
        {423, "locked", failure::locked},
        {423, "resource_locked", failure::locked},
        {423, "protected", failure::protected_resource},
        {429, "rate_limit_exceeded", failure::rate_limited},
        {500, "server_error", failure::server_error},
        {502, "bad_gateway", failure::server_error},
        {503, "unavailable", failure::server_error},
        {504, "timeout", failure::server_error},
        // Codes that are new, or that do not fit their status.
        {403, "something_new", failure::forbidden},
        {409, "something_new", failure::conflict},
        {412, "something_new", failure::unavailable},
        {422, "something_new", failure::invalid},
        {423, "something_new", failure::locked},
        {418, "something_new", failure::invalid},
        {500, "uniqueness_error", failure::server_error},
        {302, "not_found", failure::bad_answer},
    }));
    INFO(status << " " << code);
    const auto error = read_error(answer(status, body(code)), hetzner_token);
    CHECK(error.failure == means);
    CHECK(error.status == status);
    CHECK(error.code == code);
    CHECK_THAT(error.message, test::contains("some text"));
    CHECK(error.wait_ms.has_value() == (means == failure::rate_limited));
}

TEST_CASE("without a readable body the status decides") {
    const std::string text =
        GENERATE(as<std::string>{}, "", "<html>Bad Gateway</html>", "{", "[]", "null", "{\"error\":7}",
                 "{\"error\":{\"code\":1,\"message\":[],\"details\":\"x\"}}", "\xff\xfe");
    const auto [status, means] = GENERATE(table<int, failure>({{401, failure::unauthorized},
                                                               {403, failure::forbidden},
                                                               {404, failure::not_found},
                                                               {409, failure::conflict},
                                                               {412, failure::unavailable},
                                                               {422, failure::invalid},
                                                               {423, failure::locked},
                                                               {429, failure::rate_limited},
                                                               {502, failure::server_error},
                                                               {503, failure::server_error},
                                                               {301, failure::bad_answer}}));
    const auto error = read_error(answer(status, text), hetzner_token);
    CHECK(error.failure == means);
    CHECK(error.code.empty());
    CHECK_FALSE(error.message.empty());
}

TEST_CASE("the text of a message decides nothing") {
    const auto error = read_error(
        answer(422, R"({"error":{"code":"invalid_input","message":"server name is already used","details":{}}})"),
        hetzner_token);
    CHECK(error.failure == failure::invalid);
}

TEST_CASE("fields and limits that Hetzner names are told") {
    const auto field = read_error(
        answer(422,
               body("invalid_input", R"({"fields":[{"name":"name","messages":["Name must be a valid hostname."]}]})")),
        hetzner_token);
    CHECK_THAT(field.message, test::contains("name: Name must be a valid hostname."));
    const auto limit =
        read_error(answer(403, body("resource_limit_exceeded", R"({"limits":[{"name":"primary_ip_limit"}]})")), hetzner_token);
    CHECK_THAT(limit.message, test::contains("primary_ip_limit"));
    const auto odd = read_error(answer(422, body("invalid_input", R"({"fields":{"name":"x"},"limits":null})")), hetzner_token);
    CHECK(odd.failure == failure::invalid);
}

TEST_CASE("the text is bounded and of one line") {
    const std::string long_text(5000, 'x');
    const auto error = read_error(
        answer(422, R"({"error":{"code":"invalid_input","message":"a\nb\u001b[31m)" + long_text + "\"}}"), hetzner_token);
    CHECK(error.message.size() < 600);
    CHECK(error.message.find('\n') == std::string::npos);
    CHECK(error.message.find('\x1b') == std::string::npos);
}

TEST_CASE("the pause after a 429") {
    using std::chrono::milliseconds;
    net::http_headers headers;
    const auto set = [&headers](std::string name, std::string value) {
        headers.push_back(net::http_header{std::move(name), std::move(value)});
    };
    SECTION("nothing is said") {
        CHECK(pause_after(headers) == milliseconds(1000));
    }
    SECTION("3600 an hour") {
        set("RateLimit-Limit", "3600");
        set("RateLimit-Reset", "9999999999");  // when the bucket is full again, not when one may go on
        CHECK(pause_after(headers) == milliseconds(1000));
    }
    SECTION("7200 an hour: still a second") {
        set("RateLimit-Limit", "7200");
        CHECK(pause_after(headers) == milliseconds(1000));
    }
    SECTION("600 an hour") {
        set("RateLimit-Limit", "600");
        CHECK(pause_after(headers) == milliseconds(6000));
    }
    SECTION("Retry-After is honoured") {
        set("ratelimit-limit", "600");
        set("retry-after", "17");
        CHECK(pause_after(headers) == milliseconds(17000));
    }
    SECTION("and capped") {
        set("Retry-After", "86400");
        CHECK(pause_after(headers) == milliseconds(60000));
    }
    SECTION("and may be nonsense") {
        set("Retry-After",
            GENERATE(as<std::string>{}, "", "soon", "-3", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"));
        set("RateLimit-Limit", "0");
        CHECK(pause_after(headers) == milliseconds(1000));
    }
}

TEST_CASE("what became of the connection says whether anything was sent") {
    const auto [kind, means] =
        GENERATE(table<net::http_failure, failure>({{net::http_failure::not_sent, failure::not_sent},
                                                    {net::http_failure::lost, failure::lost},
                                                    {net::http_failure::too_large, failure::bad_answer},
                                                    {net::http_failure::malformed, failure::bad_answer}}));
    const auto error = read_error(test::no_answer(kind), hetzner_token);
    CHECK(error.failure == means);
    CHECK(error.status == 0);
    CHECK(error.message == "The network is down.");
}

TEST_CASE("half a token in the text of a 429 is taken out") {
    const std::string half = hetzner_token.substr(0, 32);
    const auto error =
        read_error(answer(429, R"({"error":{"code":"rate_limit_exceeded","message":"Limit of '3600' requests )"
                               "per hour for token '" +
                                   half + "...' reached.\",\"details\":null}}"),
                   hetzner_token);
    CHECK_THAT(error.message, test::contains("for token '[redacted]...' reached"));
    for (std::size_t i = 0; i + 12 <= hetzner_token.size(); ++i)
        CHECK(error.message.find(hetzner_token.substr(i, 12)) == std::string::npos);
}

TEST_CASE("every piece of the token of twelve characters or more is redacted, and nothing else") {
    CHECK(redact("nothing of it", hetzner_token) == "nothing of it");
    CHECK(redact("a " + hetzner_token + " b", hetzner_token) == "a [redacted] b");
    CHECK(redact(hetzner_token.substr(20, 12), hetzner_token) == "[redacted]");
    CHECK(redact(hetzner_token.substr(20, 11), hetzner_token) == hetzner_token.substr(20, 11));
    CHECK(redact("x" + hetzner_token.substr(50) + "x", hetzner_token) == "x[redacted]x");
    CHECK(redact(hetzner_token.substr(0, 20) + hetzner_token.substr(30, 20), hetzner_token) == "[redacted][redacted]");
    CHECK(redact("", hetzner_token).empty());
    CHECK(redact("text", "") == "text");
    // A short token (tests have them) is redacted as a whole.
    CHECK(redact("Bearer secret, secretary", "secret") == "Bearer [redacted], [redacted]ary");
    CHECK(redact("secre", "secret") == "secre");
    // The longest piece is found even if a shorter one comes first in the token.
    const std::string twice = "abcdefghijkl0abcdefghijklmnop";
    CHECK(redact("abcdefghijklmnop!", twice) == "[redacted]!");
}
