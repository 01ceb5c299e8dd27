// The simulator's pure model: no socket, no process, and the clock is a number.
#include "tests/support/catch.hpp"
#include "tools/hetzner-sim/user_data.hpp"
#include "tools/hetzner-sim/labels.hpp"
#include "tools/hetzner-sim/endpoints.hpp"

#include <string>

using namespace slipway::sim;

namespace {

constexpr std::int64_t start = 1'795'000'000'000;

struct bench {
    explicit bench(service_settings settings = {}) : backend(settings) {}

    reply ask(const std::string& method, const std::string& target, const json& body = nullptr) {
        request r;
        r.method = method;
        r.token = "token";
        REQUIRE(split_target("/v1" + target, r));
        if (!body.is_null()) r.body = body.dump();
        return backend.handle(r, now);
    }
    json get(const std::string& target) { return json::parse(ask("GET", target).body); }
    reply create(const std::string& name) {
        return ask("POST", "/servers",
                   {{"name", name}, {"server_type", "cx23"}, {"image", "debian-12"}, {"location", "nbg1"}});
    }
    std::string status(const std::string& name) {
        const json found = get("/servers?name=" + name)["servers"];
        return found.empty() ? "gone" : found[0]["status"].get<std::string>();
    }

    service backend;
    std::int64_t now = start;
};

}  // namespace

TEST_CASE("a request target is split and decoded") {
    request r;
    REQUIRE(split_target("/v1/servers/?name=a%2Db&id=1&id=2&x=a+b&flag", r));
    CHECK(r.path == "/v1/servers");
    CHECK(r.value("name") == "a-b");
    CHECK(r.values("id") == std::vector<std::string>{"1", "2"});
    CHECK(r.value("x") == "a b");
    CHECK(r.value("flag").empty());
    request broken;
    CHECK_FALSE(split_target("/v1/%zz", broken));
    CHECK_FALSE(split_target("/v1/a?b=%4", broken));
}

TEST_CASE("label selectors pick what they say") {
    const json labels = {{"env", "prod"}, {"tier", "a"}};
    const auto matches = [&](const char* text) {
        const auto selector = label_selector::parse(text);
        REQUIRE(selector.has_value());
        return selector->matches(labels);
    };
    CHECK(matches(""));
    CHECK(matches("env=prod"));
    CHECK(matches("env==prod,tier"));
    CHECK(matches("env!=dev"));
    CHECK(matches("missing!=x"));
    CHECK(matches("!missing"));
    CHECK(matches("tier in (a,b), env"));
    CHECK(matches("tier notin (c)"));
    CHECK_FALSE(matches("env=dev"));
    CHECK_FALSE(matches("!env"));
    CHECK_FALSE(matches("tier notin (a, b)"));
    CHECK_FALSE(matches("env=prod,missing"));
    CHECK_FALSE(label_selector::parse("a b c").has_value());
    CHECK_FALSE(label_selector::parse("env=prod,,").has_value());
    CHECK_FALSE(label_selector::parse("tier in a").has_value());
}

TEST_CASE("a server is created, starts, boots and is deleted in its time") {
    bench b;
    const reply made = b.create("a");
    REQUIRE(made.status == 201);
    const json body = json::parse(made.body);
    const std::string create = body["action"]["id"].dump(), boot = body["next_actions"][0]["id"].dump();
    const auto action = [&](const std::string& id) {
        return b.get("/actions/" + id)["action"]["status"].get<std::string>();
    };
    CHECK(b.status("a") == "initializing");
    b.now = start + 199;
    CHECK(action(create) == "running");
    b.now = start + 200;
    CHECK(action(create) == "success");
    CHECK(b.status("a") == "starting");
    b.now = start + 500;
    CHECK(action(boot) == "success");
    CHECK(b.status("a") == "starting");
    b.backend.cloud().take_orders();
    b.now = start + 800;
    CHECK(b.status("a") == "running");
    const auto orders = b.backend.cloud().take_orders();
    REQUIRE(orders.size() == 1);
    CHECK(orders[0].what == order::kind::open);
    CHECK_FALSE(b.backend.cloud().next_due().has_value());

    CHECK(b.ask("DELETE", "/servers/" + body["server"]["id"].dump()).status == 200);
    CHECK(b.status("a") == "deleting");
    CHECK(b.create("a").status == 409);  // the name is taken until the action has ended
    b.now += 50;
    CHECK(b.status("a") == "gone");
    CHECK(b.create("a").status == 201);
}

TEST_CASE("what ran on a deleted server ends") {
    bench b;
    const json made = json::parse(b.create("a").body);
    b.ask("DELETE", "/servers/" + made["server"]["id"].dump());
    b.now += 50;
    CHECK(b.status("a") == "gone");
    CHECK(b.get("/actions/" + made["action"]["id"].dump())["action"]["status"] == "error");
}

TEST_CASE("times pass in order when nobody asks for long") {
    bench b;
    b.create("a");
    b.now = start + 100'000;
    b.backend.advance(b.now);
    CHECK(b.status("a") == "running");
    CHECK(b.get("/servers/actions")["actions"][0]["finished"] == "2026-11-18T11:06:40Z");
}

TEST_CASE("the bucket of requests refills evenly") {
    service_settings settings;
    settings.requests_per_hour = 60;
    bench b(settings);
    for (int i = 0; i < 60; ++i) REQUIRE(b.ask("GET", "/pricing").status == 200);
    CHECK(b.ask("GET", "/pricing").status == 429);
    b.now += 59'999;
    CHECK(b.ask("GET", "/pricing").status == 429);
    b.now += 1;
    CHECK(b.ask("GET", "/pricing").status == 200);
    CHECK(b.ask("GET", "/pricing").status == 429);
}

TEST_CASE("faults count, filter and are refused when they make no sense") {
    fault_set faults;
    REQUIRE(faults.add("status_500", "2@POST /servers").has_value());
    const occasion post{"POST", "/servers", {}}, get{"GET", "/servers", {}};
    CHECK_FALSE(faults.take("status_500", get).has_value());
    CHECK(faults.take("status_500", post).has_value());
    CHECK(faults.take("status_500", post).has_value());
    CHECK_FALSE(faults.take("status_500", post).has_value());
    REQUIRE(faults.add("unavailable", "always@fsn1").has_value());
    CHECK(faults.take("unavailable", {"POST", "/servers", {"a", "cx23", "fsn1"}}).has_value());
    CHECK_FALSE(faults.take("unavailable", {"POST", "/servers", {"a", "cx23", "nbg1"}}).has_value());
    CHECK(faults.standing("unavailable", {"POST", "/servers", {"fsn1"}}));
    REQUIRE(faults.add("delay", "250ms:once").has_value());
    CHECK(faults.take("delay", get)->ms == 250);
    REQUIRE(faults.add("delay", "100").has_value());
    CHECK(faults.take("delay", get)->ms == 100);
    CHECK(faults.standing("delay", get));
    for (const auto& [name, spec] : {std::pair{"gremlins", "once"},
                                     {"hang", "p2"},
                                     {"hang", ""},
                                     {"hang", "-1"},
                                     {"delay", "always"},
                                     {"hang", "once more"}})
        CHECK_FALSE(faults.add(name, spec).has_value());
}

TEST_CASE("the whole world is saved and read back") {
    bench b;
    b.create("a");
    b.ask("POST", "/networks", {{"name", "n"}, {"ip_range", "10.0.0.0/16"}});
    bench other;
    other.backend.load(json::parse(b.backend.save().dump()), start);
    CHECK(other.get("/servers") == b.get("/servers"));
    CHECK(other.get("/networks") == b.get("/networks"));
    CHECK(other.backend.cloud().next_due() == b.backend.cloud().next_due());
    other.now = start + 800;
    CHECK(other.status("a") == "running");
    CHECK(json::parse(other.create("b").body)["server"]["id"] > b.get("/servers")["servers"][0]["id"]);
}

TEST_CASE("a cloud-config is read as far as it is carried out") {
    const auto c = parse_user_data(
        "#cloud-config\n"
        "ssh_keys:\n  ed25519_private: |\n    -----BEGIN\n    x\n  ed25519_public: ssh-ed25519 AAAA\n"
        "ssh_authorized_keys:\n- ssh-ed25519 BBBB me\n"
        "write_files:\n- {path: /opt/a, content: \"x\\ny\", permissions: '0755'}\n- {path: /b, content: aGk=, "
        "encoding: b64}\n"
        "runcmd:\n- echo one\n- [sh, -c, \"echo 'two'\"]\n"
        "packages: [git]\nunknown: {a: 1}\n");
    CHECK(c.problem.empty());
    CHECK(c.host_key_private == "-----BEGIN\nx\n");
    CHECK(c.host_key_public == "ssh-ed25519 AAAA");
    CHECK(c.authorized_keys == std::vector<std::string>{"ssh-ed25519 BBBB me"});
    REQUIRE(c.write_files.size() == 2);
    CHECK(c.write_files[0].content == "x\ny");
    CHECK(c.write_files[0].mode == 0755);
    CHECK(c.write_files[1].content == "hi");
    CHECK(c.runcmd == std::vector<std::string>{"echo one", "'sh' '-c' 'echo '\\''two'\\'''"});
    CHECK(c.packages == std::vector<std::string>{"git"});

    CHECK(parse_user_data("#cloud-config\n{\"ssh_authorized_keys\": [\"k\"]}").authorized_keys.size() == 1);
    CHECK(parse_user_data("#!/bin/sh\ntrue\n").runcmd.size() == 1);
    CHECK_THAT(parse_user_data("#cloud-config\n[1, 2").problem, slipway::test::contains("bracket"));
    CHECK_FALSE(parse_user_data("hello").problem.empty());
    CHECK(parse_user_data("").problem.empty());
}
