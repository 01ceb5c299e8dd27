// What the client sends, and what it makes of the answers; over a made-up HTTP, and once over real TLS.
#include "adapters/hetzner/client.hpp"
#include "adapters/hetzner/project_directory.hpp"
#include "tests/adapters/hetzner/scratch_directory.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/support/catch.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

using namespace slipway;
using namespace slipway::hetzner;
using namespace std::chrono_literals;
using nlohmann::json;
using test::answer;
using test::hetzner_token;

namespace {

struct client_fixture {
    test::fake_clock clock;
    net::http_result next = answer(200, "{}");
    std::shared_ptr<test::scripted_http> http =
        std::make_shared<test::scripted_http>(clock, [this](const net::http_request&) { return next; });
    client project{http, "/v1", secret(hetzner_token), clock};

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        const auto done = test::start(clock, std::move(work));
        REQUIRE(done->ended);
        return std::move(*done->value);
    }
    const net::http_request& sent() const { return http->requests.back().request; }
};

new_server order() {
    new_server out;
    out.name = "web1";
    out.server_type = "cx23";
    out.location = "nbg1";
    out.image_id = 7;
    out.ssh_keys.push_back(12);
    return out;
}

// What is logged while this lives.
class log_capture {
public:
    log_capture() : before_(spdlog::default_logger()) {
        auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
        logger->set_level(spdlog::level::trace);
        spdlog::set_default_logger(logger);
    }
    ~log_capture() { spdlog::set_default_logger(before_); }
    std::ostringstream text;

private:
    std::shared_ptr<spdlog::logger> before_;
};

}  // namespace

TEST_CASE("every request shows the token in its header and nowhere else") {
    client_fixture f;
    (void)f.run(f.project.find_server("web1"));
    const auto& request = f.sent();
    CHECK(net::find_header(request.headers, "Authorization") == "Bearer " + hetzner_token);
    CHECK_THAT(std::string(net::find_header(request.headers, "User-Agent").value_or("")), test::contains("slipway/"));
    CHECK(request.target.find(hetzner_token) == std::string::npos);
    CHECK(request.body.empty());
}

TEST_CASE("a key is created, found and deleted") {
    client_fixture f;
    const std::string key = R"({"id":12,"name":"alice","fingerprint":"b7:2f","labels":{}})";
    new_ssh_key wanted;
    wanted.name = "alice";
    wanted.public_key = "ssh-ed25519 AAAA";
    f.next = answer(201, R"({"ssh_key":)" + key + "}");
    CHECK(f.run(f.project.create_ssh_key(wanted))->id == 12);
    CHECK(f.http->requests.back().line() == "POST /v1/ssh_keys");
    CHECK(json::parse(f.sent().body)["public_key"] == "ssh-ed25519 AAAA");
    CHECK(net::find_header(f.sent().headers, "Content-Type") == "application/json");

    f.next = answer(200, R"({"ssh_keys":[)" + key + "]}");
    CHECK(f.run(f.project.find_ssh_key("b7:2f"))->value().id == 12);
    CHECK(f.http->requests.back().line() == "GET /v1/ssh_keys?fingerprint=b7%3A2f");
    CHECK_FALSE(f.run(f.project.find_ssh_key("00:11"))->has_value());  // whatever was answered, it is not the one

    f.next = answer(204, "");
    CHECK(f.run(f.project.delete_ssh_key(12)).has_value());
    CHECK(f.http->requests.back().line() == "DELETE /v1/ssh_keys/12");
}

TEST_CASE("a server is created, found and deleted") {
    client_fixture f;
    const std::string server =
        R"({"id":77,"name":"web1","status":"initializing","public_net":{"ipv4":{"ip":"203.0.113.7"}}})";
    f.next =
        answer(201, R"({"server":)" + server + R"(,"action":{"id":1},"next_actions":[{"id":2}],"root_password":null})");
    const auto made = f.run(f.project.create_server(order()));
    REQUIRE(made.has_value());
    CHECK(made->server.id == 77);
    CHECK(made->actions == std::vector<std::int64_t>{1, 2});
    CHECK(f.http->requests.back().line() == "POST /v1/servers");
    CHECK(json::parse(f.sent().body)["start_after_create"] == true);

    f.next = answer(200, R"({"servers":[)" + server + "]}");
    CHECK(f.run(f.project.find_server("web1"))->value().id == 77);
    CHECK(f.http->requests.back().line() == "GET /v1/servers?name=web1");
    CHECK_FALSE(f.run(f.project.find_server("web2"))->has_value());

    f.next = answer(200, R"({"action":{"id":5,"command":"delete_server","status":"running"}})");
    CHECK(*f.run(f.project.delete_server(77)) == 5);
    CHECK(f.http->requests.back().line() == "DELETE /v1/servers/77");
}

TEST_CASE("all pages of a list are read") {
    client_fixture f;
    f.http->answer = [](const net::http_request& request) -> net::http_result {
        const bool first = request.target.ends_with("&page=1");
        return first ? answer(200, R"({"servers":[{"id":1},{"id":2}],"meta":{"pagination":{"next_page":2}}})")
                     : answer(200, R"({"servers":[{"id":2},{"id":3}],"meta":{"pagination":{"next_page":null}}})");
    };
    const auto all = f.run(f.project.list_servers("managed-by=slipway"));
    REQUIRE(all.has_value());
    CHECK(all->size() == 3);
    CHECK(f.http->requests.size() == 2);
    CHECK_THAT(f.http->requests.front().request.target, test::contains("label_selector=managed-by%3Dslipway"));
    CHECK_THAT(f.http->requests.front().request.target, test::contains("per_page=50"));

    // A server that always points to the same page does not hold us for ever.
    f.http->answer = [](const net::http_request&) -> net::http_result {
        return answer(200, R"({"servers":[{"id":1}],"meta":{"pagination":{"next_page":2}}})");
    };
    CHECK(f.run(f.project.list_servers("x"))->size() == 1);
}

TEST_CASE("one call is one request, whatever comes back") {
    client_fixture f;
    f.next = GENERATE(as<net::http_result>{}, answer(500, ""), answer(502, "<html>"), answer(409, "{}"),
                      answer(423, "{}"), answer(429, "{}"), test::no_answer(net::http_failure::lost),
                      test::no_answer(net::http_failure::not_sent), answer(201, ""), answer(200, "{"));
    CHECK(f.run(f.project.create_server(order())).has_error());
    CHECK(f.http->requests.size() == 1);
}

TEST_CASE("what is not allowed any more when its turn has come is not sent") {
    client_fixture f;
    const send_permit no = [] { return false; };
    const auto key = f.run(f.project.create_ssh_key(new_ssh_key{"laptop", "ssh-ed25519 AAAA", {}}, no));
    CHECK(key.error().failure == cloud_failure::not_sent);
    CHECK(f.run(f.project.create_server(order(), no)).error().failure == cloud_failure::not_sent);
    CHECK(f.run(f.project.delete_server(1, no)).error().failure == cloud_failure::not_sent);
    CHECK(f.run(f.project.delete_ssh_key(1, no)).error().failure == cloud_failure::not_sent);
    CHECK(f.http->requests.empty());
    f.next = answer(204, "");
    CHECK(f.run(f.project.delete_ssh_key(1, [] { return true; })).has_value());
    CHECK(f.http->requests.size() == 1);
}

TEST_CASE("user data that is too large, or not text, is refused without a request") {
    client_fixture f;
    auto wanted = order();
    wanted.user_data = GENERATE(std::string(32 * 1024 + 1, 'x'), std::string("\xff"));
    const auto made = f.run(f.project.create_server(wanted));
    REQUIRE(made.has_error());
    CHECK(made.error().failure == cloud_failure::invalid);
    CHECK(f.http->requests.empty());
}

TEST_CASE("an answer that is complete reaches even a caller who is being cancelled") {
    client_fixture f;
    f.http->latency = 1s;
    f.next = answer(201, R"({"server":{"id":77}})");
    std::optional<std::int64_t> id;
    boost::asio::cancellation_signal cancel;
    boost::asio::co_spawn(f.clock.loop, f.project.create_server(order()),
                          boost::asio::bind_cancellation_slot(
                              cancel.slot(), [&](std::exception_ptr broken, cloud_result<created_server> made) {
                                  if (!broken && made) id = made->server.id;
                              }));
    f.clock.settle();
    SECTION("before: the outcome is unknown") {
        cancel.emit(boost::asio::cancellation_type::terminal);
        f.clock.advance(2s);
        CHECK_FALSE(id.has_value());
    }
    SECTION("after") {
        f.clock.advance(1s);
        CHECK(id == 77);
    }
}

TEST_CASE("the log has method, path, status and correlation, and never the token") {
    log_capture log;
    client_fixture f;
    f.next = answer(
        429, R"({"error":{"code":"rate_limit_exceeded","message":"for token ')" + hetzner_token.substr(0, 32) + "...'\"}}",
        test::header("X-Correlation-Id", "4711"));
    const auto got = f.run(f.project.create_server(order()));
    REQUIRE(got.has_error());
    CHECK(got.error().message.find(hetzner_token.substr(0, 12)) == std::string::npos);
    f.clock.advance(5s);
    f.next = test::no_answer(net::http_failure::lost);
    (void)f.run(f.project.find_server("web1"));
    const std::string text = log.text.str();
    CHECK_THAT(text, test::contains("POST /servers 429"));
    CHECK_THAT(text, test::contains("4711"));
    CHECK_THAT(text, test::contains("GET /servers?name=web1 failed"));
    for (std::size_t i = 0; i + 12 <= hetzner_token.size(); ++i) CHECK(text.find(hetzner_token.substr(i, 12)) == std::string::npos);
}

namespace {

struct kept_texts final : provider_tokens {
    boost::asio::awaitable<result<std::vector<std::string>>> providers() override {
        std::vector<std::string> all;
        for (const auto& [id, text] : sealed) all.push_back(id);
        co_return all;
    }
    boost::asio::awaitable<result<std::optional<std::string>>> find(std::string provider) override {
        std::optional<std::string> found;
        if (const auto it = sealed.find(provider); it != sealed.end()) found = it->second;
        co_return found;
    }
    result<secret> open(const std::string&, const std::string& text) override { return secret(text); }
    void heard(const std::string&, const std::string&, bool, const std::string&) override {}

    std::map<std::string, std::string> sealed;
};

}  // namespace

TEST_CASE("projects are opened by provider, and settings that cannot be used are named") {
    test::fake_clock clock;
    project_settings settings;
    SECTION("good") {
        const auto source = *project_directory::create(std::move(settings), clock, nullptr);
        const auto find = [&](const std::string& provider) { return test::run(clock.loop, source->find(provider)); };
        CHECK(find("direct").error().kind == error_kind::configuration);
        CHECK(find("someone").error().kind == error_kind::not_found);
        CHECK(test::run(clock.loop, source->names()).value().empty());
        REQUIRE(source->use_direct(secret(hetzner_token)));
        CHECK(find("direct").has_value());
        CHECK(test::run(clock.loop, source->names()).value() == std::vector<std::string>{"direct"});
    }
    SECTION("a provider's token is read when it is needed") {
        kept_texts kept;
        const auto source = *project_directory::create(std::move(settings), clock, &kept);
        const auto find = [&](const std::string& provider) { return test::run(clock.loop, source->find(provider)); };
        CHECK(find("acme").error().kind == error_kind::not_found);
        kept.sealed["acme"] = "one";  // as another process would
        const auto first = find("acme").value();
        CHECK(find("acme").value() == first);
        kept.sealed["acme"] = "another";
        CHECK(find("acme").value() != first);
        kept.sealed["beta"] = "one";
        CHECK(test::run(clock.loop, source->names()).value() == std::vector<std::string>{"acme", "beta"});
        kept.sealed.erase("acme");
        CHECK(find("acme").error().kind == error_kind::not_found);
    }
    SECTION("no token") {
        const auto source = *project_directory::create(std::move(settings), clock, nullptr);
        const auto added = source->use_direct(secret());
        REQUIRE(added.has_error());
        CHECK(added.error().kind == error_kind::configuration);
        CHECK_THAT(added.error().message, test::contains("HCLOUD_TOKEN"));
    }
    SECTION("a token with a line break") {
        const auto source = *project_directory::create(std::move(settings), clock, nullptr);
        const auto added = source->use_direct(secret(hetzner_token + "\n"));
        REQUIRE(added.has_error());
        CHECK(added.error().message.find("abc") == std::string::npos);
    }
    SECTION("plain http to the world") {
        settings.endpoint = "http://api.hetzner.cloud/v1";
        CHECK_THAT(project_directory::create(std::move(settings), clock, nullptr).error().message, test::contains("HCLOUD_ENDPOINT"));
    }
    SECTION("a CA file that is not there") {
        settings.endpoint = "https://api.hetzner.cloud/v1";
        settings.ca_file = "/nonexistent";
        CHECK(project_directory::create(std::move(settings), clock, nullptr).error().kind == error_kind::configuration);
    }
}

TEST_CASE("a token is asked for with each request, and what the answers say of it is told once per change") {
    client_fixture f;
    int asked = 0;
    std::vector<std::string> told;
    token_source::opener open = [&]() -> result<secret> {
        if (++asked == 4) return make_error(error_kind::configuration, "the key is another one");
        return secret(hetzner_token);
    };
    client project(f.http, "/v1", token_source(open), f.clock, {},
                   [&](bool works, const std::string& why) { told.push_back(works ? "works" : "refused: " + why); });
    f.next = answer(200, R"({"servers":[]})");
    CHECK(f.run(project.check_token()).has_value());
    CHECK(f.run(project.check_token()).has_value());
    f.next = answer(401, R"({"error":{"code":"unauthorized","message":"no"}})");
    CHECK(f.run(project.check_token()).error().failure == cloud_failure::unauthorized);
    CHECK(f.run(project.check_token()).error().message == "the key is another one");
    CHECK(asked == 4);
    REQUIRE(told.size() == 2);
    CHECK(told[0] == "works");
    CHECK_THAT(told[1], test::contains("refused"));
    CHECK(f.http->requests.size() == 3);  // without a token nothing is sent
}

TEST_CASE("the whole way over TLS: source, token, request, answer") {
    const auto authority = test::make_authority("slipway tests");
    test::scripted_server server(
        [](test::peer& peer) {
            peer.read_request();
            peer.answer(201, R"({"server":{"id":77,"name":"web1"},"action":{"id":1}})",
                        "RateLimit-Remaining: 3500\r\n");
            peer.read_request();
            peer.answer(204, "");
            peer.wait_for_close();
        },
        test::make_server_identity(authority, "DNS:localhost"));
    const test::scratch_directory scratch;
    std::ofstream(scratch.path / "ca.pem") << authority.pem();
    test::fake_clock clock;
    boost::asio::io_context loop;  // outlives the connections that are kept alive
    project_settings settings;
    settings.endpoint = server.url("localhost") + "/v1";
    settings.ca_file = (scratch.path / "ca.pem").string();
    const auto source = project_directory::create(std::move(settings), clock, nullptr);
    REQUIRE(source.has_value());
    REQUIRE((*source)->use_direct(secret(hetzner_token)));
    const auto cloud = test::run(loop, (*source)->open("direct")).value();
    CHECK(test::run(loop, cloud->create_server(order()))->server.id == 77);
    CHECK(test::run(loop, cloud->delete_ssh_key(12)).has_value());
    CHECK(server.connections() == 1);
    CHECK_THAT(server.requests().front(), test::contains("POST /v1/servers HTTP/1.1\r\n"));
    CHECK_THAT(server.requests().front(), test::contains("Authorization: Bearer " + hetzner_token));
    CHECK(test::run(loop, (*source)->find("direct")).value()->requests_left() < 3600);
}
