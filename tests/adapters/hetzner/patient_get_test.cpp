// What somebody waits for is asked again where Hetzner fails passingly, and for how long.
#include "adapters/hetzner/client.hpp"
#include "adapters/hetzner/patient_get.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::hetzner;
using namespace std::chrono_literals;
using test::answer;

namespace {

const net::http_result empty_list = answer(200, R"({"servers":[],"networks":[]})");

struct patient_fixture {
    test::fake_clock clock;
    std::vector<net::http_result> first;  // answers before the good one
    std::shared_ptr<test::scripted_http> http =
        std::make_shared<test::scripted_http>(clock, [this](const net::http_request&) -> net::http_result {
            if (first.empty()) return empty_list;
            auto next = first.front();
            first.erase(first.begin());
            return next;
        });
    std::vector<std::string> said;
    client project{http, "/v1", token_source(secret("token")), clock, {}, {}, [this](const std::string& sentence) {
                       said.push_back(sentence);
                   }};

    bool works_within(std::chrono::milliseconds most) {
        const auto asked = test::start(clock, project.check_token());
        clock.advance(most);
        return asked->ended && asked->value->has_value();
    }
};

}  // namespace

TEST_CASE("what changes nothing is asked again within seconds, and whoever waits is told") {
    patient_fixture f;
    f.first.push_back(GENERATE(as<net::http_result>{}, answer(503, R"({"error":{"code":"unavailable"}})"),
                               answer(502, "<html>"), answer(500, ""), answer(504, ""), answer(200, "{"), answer(200, ""),
                               answer(200, "{}"), test::no_answer(net::http_failure::lost),
                               test::no_answer(net::http_failure::not_sent), test::no_answer(net::http_failure::malformed)));
    CHECK(f.works_within(1s));
    CHECK(f.http->requests.size() == 2);
    REQUIRE(f.said.size() == 1);
    CHECK_THAT(f.said.front(), test::contains("Asking again in 0.5 s"));
}

TEST_CASE("lists are asked for again, page by page") {
    patient_fixture f;
    f.first = {answer(503, ""), answer(200, R"({"servers":[{"id":1}],"networks":[{"id":1,"name":"a"}],
                                                "meta":{"pagination":{"next_page":2}}})"),
               test::no_answer(net::http_failure::lost)};
    SECTION("servers") {
        const auto all = test::start(f.clock, f.project.list_servers("a=b"));
        f.clock.advance(5s);
        REQUIRE((all->ended && all->value->has_value()));
        CHECK((*all->value)->size() == 1);
    }
    SECTION("networks") {
        const auto all = test::start(f.clock, f.project.list_resources("networks"));
        f.clock.advance(5s);
        REQUIRE((all->ended && all->value->has_value()));
        CHECK((*all->value)->size() == 1);
    }
    CHECK(f.http->requests.size() == 4);
}

TEST_CASE("an outage is an answer after some seconds") {
    patient_fixture f;
    f.first.assign(100, answer(503, ""));
    const auto began = f.clock.steady();
    const auto asked = test::start(f.clock, f.project.check_token());
    f.clock.advance(60s);
    REQUIRE(asked->ended);
    CHECK(asked->value->error().failure == cloud_failure::server_error);
    CHECK(f.http->requests.size() == 5);
    CHECK(*asked->at - began <= 10s);
}

TEST_CASE("what hangs is not asked for again and again") {
    patient_fixture f;
    f.first.assign(100, test::no_answer(net::http_failure::lost));
    f.http->latency = 30s;
    const auto asked = test::start(f.clock, f.project.check_token());
    f.clock.advance(300s);
    REQUIRE(asked->ended);
    CHECK(f.http->requests.size() == 1);
}

TEST_CASE("a 429 says how long, and is waited for, within a minute") {
    patient_fixture f;
    f.first = {answer(429, R"({"error":{"code":"rate_limit_exceeded"}})", test::header("Retry-After", "20"))};
    const auto throttled = test::start(f.clock, f.project.check_token());
    f.clock.advance(19s);
    CHECK_FALSE(throttled->ended);
    f.clock.advance(2s);
    REQUIRE(throttled->ended);
    CHECK(throttled->value->has_value());
    REQUIRE(f.said.size() == 1);
    CHECK_THAT(f.said.front(), test::contains("Asking again in 20.0 s"));

    patient_fixture g;
    g.first.assign(100, answer(429, "{}", test::header("Retry-After", "50")));
    const auto asked = test::start(g.clock, g.project.check_token());
    g.clock.advance(300s);
    REQUIRE(asked->ended);
    CHECK(asked->value->error().failure == cloud_failure::rate_limited);
    CHECK(g.http->requests.size() == 2);
}

TEST_CASE("what Hetzner has decided is not asked for again") {
    patient_fixture f;
    f.first.push_back(GENERATE(as<net::http_result>{}, answer(401, R"({"error":{"code":"unauthorized"}})"),
                               answer(403, R"({"error":{"code":"forbidden"}})"), answer(404, "{}"), answer(422, "{}")));
    CHECK_FALSE(f.works_within(60s));
    CHECK(f.http->requests.size() == 1);
    CHECK(f.said.empty());
}

TEST_CASE("the look-ups of a step are asked once: the engine has its own plan") {
    patient_fixture f;
    f.first.assign(2, answer(503, ""));
    const auto server = test::start(f.clock, f.project.find_server("web1"));
    const auto key = test::start(f.clock, f.project.find_ssh_key("aa:bb"));
    f.clock.advance(60s);
    REQUIRE((server->ended && key->ended));
    CHECK(server->value->error().failure == cloud_failure::server_error);
    CHECK(f.http->requests.size() == 2);
}
