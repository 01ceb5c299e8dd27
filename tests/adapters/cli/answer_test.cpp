// Addresses of daemons, answers of the API, clocks: what comes from outside and is taken apart.
#include "adapters/cli/api_answer.hpp"
#include "adapters/cli/api_target.hpp"
#include "adapters/cli/doctor.hpp"
#include "engine/base/http_date.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::cli;
using slipway::test::contains;

namespace {

net::http_response answer(int status, std::string body) {
    net::http_response out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

std::string problem(std::string type, std::string detail) {
    return R"({"type":"urn:slipway:problem:)" + type + R"(","title":"T","status":1,"detail":")" + detail + R"("})";
}

}  // namespace

TEST_CASE("a daemon is named by its socket or its origin, and by nothing else") {
    const auto socket = parse_api_target("unix:/run/slipway/slipway.sock");
    REQUIRE(socket.has_value());
    CHECK(socket->path == "/run/slipway/slipway.sock");
    CHECK(socket->text() == "unix:/run/slipway/slipway.sock");
    const auto local = parse_api_target("http://127.0.0.1:8080");
    REQUIRE(local.has_value());
    CHECK(local->path.empty());
    CHECK(local->origin.port == 8080);
    const auto proxied = parse_api_target("https://ops.example.org/slipway/");
    REQUIRE(proxied.has_value());
    CHECK(proxied->origin.path == "/slipway");
    for (const char* bad : {"", "unix:", "/run/slipway.sock", "localhost:8080", "ftp://x", "https://",
                            "http://example.org", "http://192.0.2.1:80", "https://user:word@example.org"}) {
        const auto refused = parse_api_target(bad);
        INFO(bad);
        REQUIRE(refused.has_error());
        CHECK(refused.error().kind == error_kind::usage);
        CHECK(refused.error().message.find("word") == std::string::npos);
    }
}

TEST_CASE("a good answer is its document") {
    const auto good = read_answer(answer(202, R"({"id":"c1"})"));
    CHECK(good.good());
    CHECK(good.document["id"] == "c1");
}

TEST_CASE("each kind of problem has its exit code and its sentence") {
    struct {
        int status;
        const char* type;
        int code;
    } const cases[] = {{400, "invalid-parameter", 2}, {422, "invalid-fields", 2}, {415, "unsupported", 2},
                       {404, "not-found", 3},         {409, "refused", 4},        {401, "unauthorized", 4},
                       {403, "no-browsers", 4},       {502, "unreachable", 5},    {503, "storage", 5},
                       {503, "configuration", 78},    {500, "failed", 1},         {500, "corrupt", 1}};
    for (const auto& one : cases) {
        INFO(one.status << " " << one.type);
        const auto said = read_answer(answer(one.status, problem(one.type, "It is so.")));
        CHECK(said.code == one.code);
        CHECK(said.complaint == "It is so.");
    }
}

TEST_CASE("each wrong field is a line; one that repeats the sentence is not") {
    const auto said = read_answer(answer(
        422,
        R"({"type":"urn:slipway:problem:invalid-fields","detail":"Two are wrong.","errors":[{"field":"id","detail":"Too long."},
            {"field":"offering","detail":"Two are wrong."},{"field":"x","detail":"Bad \u001b[2J bell."}, 7]})"));
    CHECK(said.complaint == "Two are wrong.\n  id: Too long.\n  x: Bad [2J bell.");
}

TEST_CASE("what is no answer of slipway's is said to be none") {
    for (const auto& foreign : {answer(200, "<html>"), answer(404, "<html>not here"), answer(404, "{}"),
                                answer(301, ""), answer(422, R"({"detail":7})"), answer(404, "[1]")}) {
        const auto said = read_answer(foreign);
        CHECK(said.code == 1);
        CHECK_THAT(said.complaint, contains("not one of slipway's"));
    }
    CHECK(read_answer(answer(502, "<html>bad gateway")).code == 5);
}

TEST_CASE("a clock may be a minute off, and not more") {
    const std::string_view date = "Fri, 20 Nov 2026 14:46:00 GMT";
    const auto there = *parse_http_date(date);
    using std::chrono::milliseconds;
    CHECK(check_clock(date, there + milliseconds{60'000}).how == verdict::ok);
    CHECK(check_clock(date, there + milliseconds{-60'000}).how == verdict::ok);
    const auto ahead = check_clock(date, there + milliseconds{60'001});
    CHECK(ahead.how == verdict::warning);
    CHECK_THAT(ahead.detail, contains("ahead of"));
    CHECK_THAT(check_clock(date, there + milliseconds{-90'000}).detail, contains("behind"));
    CHECK(check_clock(std::nullopt, there).how == verdict::warning);
}
