#include "adapters/hetzner/wire.hpp"
#include "adapters/hetzner/json_reading.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <functional>

using namespace slipway;
using namespace slipway::hetzner;
using nlohmann::json;

namespace {

json server() {
    return json::parse(R"({
      "id": 9007199254740991, "name": "dc-1a2b3c4d", "status": "initializing", "created": "2026-11-20T14:00:00Z",
      "public_net": {"ipv4": {"id": 1, "ip": "203.0.113.7", "blocked": false, "dns_ptr": "x"},
                     "ipv6": {"id": 2, "ip": "2001:db8::/64", "blocked": false, "dns_ptr": null},
                     "floating_ips": null, "firewalls": []},
      "private_net": null, "server_type": {"id": 114, "name": "cx23"}, "location": {"id": 2, "name": "nbg1"},
      "image": null, "iso": null, "volumes": null, "labels": {"managed-by": "slipway", "slipway-stream": "s"}})");
}

json created() {
    json out;
    out["server"] = server();
    out["action"] = json::parse(R"({"id": 606028482673874, "command": "create_server", "status": "running"})");
    out["next_actions"] = json::parse(R"([{"id": 606028482673875, "command": "start_server", "status": "running"}])");
    out["root_password"] = "very-secret-password";
    return out;
}

}  // namespace

TEST_CASE("a created server is read with all its actions") {
    const auto got = read_created_server(created().dump(), 201);
    REQUIRE(got.has_value());
    CHECK(got->server.id == 9007199254740991);
    CHECK(got->server.name == "dc-1a2b3c4d");
    CHECK(got->server.status == "initializing");
    CHECK(got->server.ipv4 == "203.0.113.7");
    CHECK(got->server.ipv6 == "2001:db8::1");
    CHECK(got->server.server_type == "cx23");
    CHECK(got->server.location == "nbg1");
    CHECK(got->server.labels.at("managed-by") == "slipway");
    CHECK(got->actions == std::vector<std::int64_t>{606028482673874, 606028482673875});
}

TEST_CASE("an address that is none is not taken for one") {
    for (const char* wrong : {"-oProxyCommand=touch /tmp/x", "1.2.3.4\n* ssh-ed25519 AAAA", "1.2.3", "example.org", "fe80::1%x"}) {
        json odd = created();
        odd["server"]["public_net"]["ipv4"]["ip"] = wrong;
        odd["server"]["public_net"]["ipv6"]["ip"] = wrong;
        const auto got = read_created_server(odd.dump(), 201);
        REQUIRE(got.has_value());
        CHECK_FALSE(got->server.ipv4.has_value());
        CHECK_FALSE(got->server.ipv6.has_value());
    }
}

TEST_CASE("nothing but a missing id makes a created server get lost") {
    const json whole = created();
    // Every key, at every depth, is removed, made null, and given each wrong type in turn.
    const std::vector<json> odd = {json(),    json(true),    json(7),        json(-1.5),
                                   json("x"), json::array(), json::object(), json::parse("[1,null,{}]")};
    std::vector<json::json_pointer> places;
    std::function<void(const json&, json::json_pointer)> walk = [&](const json& at, json::json_pointer here) {
        if (!here.empty()) places.push_back(here);
        if (at.is_object())
            for (auto entry = at.begin(); entry != at.end(); ++entry) walk(*entry, here / entry.key());
        if (at.is_array())
            for (std::size_t i = 0; i < at.size(); ++i) walk(at[i], here / i);
    };
    walk(whole, json::json_pointer());
    REQUIRE(places.size() > 30);
    for (const auto& place : places) {
        if (place.to_string() == "/server" || place.to_string() == "/server/id") continue;
        for (const json& wrong : odd) {
            json broken = whole;
            broken[place] = wrong;
            INFO(place.to_string() << " = " << wrong.dump());
            const auto got = read_created_server(broken.dump(), 201);
            REQUIRE(got.has_value());
            CHECK(got->server.id == 9007199254740991);
        }
        if (whole[place.parent_pointer()].is_array()) continue;
        json without = whole;
        without[place.parent_pointer()].erase(place.back());
        INFO("without " << place.to_string());
        CHECK(read_created_server(without.dump(), 201).has_value());
    }
}

TEST_CASE("a created server without a readable id is a bad answer: the outcome is unknown") {
    const std::string body =
        GENERATE(as<std::string>{}, "", "{", "null", "[]", "<html>", R"({"server":null})", R"({"server":{"id":null}})",
                 R"({"server":{"id":"7"}})", R"({"server":{"id":0}})", R"({"server":{"id":-3}})",
                 R"({"server":{"id":1.5}})", R"({"server":{"id":99999999999999999999}})", R"({"action":{"id":7}})");
    const auto got = read_created_server(body, 201);
    REQUIRE(got.has_error());
    CHECK(got.error().failure == cloud_failure::bad_answer);
    CHECK(outcome_unknown(got.error().failure));
    CHECK(got.error().status == 201);
}

TEST_CASE("a server may have no address") {
    json whole = created();
    const std::string how = GENERATE(as<std::string>{}, "null", "{}", R"({"ip":null})", R"({"ip":""})");
    whole["server"]["public_net"]["ipv4"] = json::parse(how);
    whole["server"]["public_net"]["ipv6"] = json::parse(how);
    const auto got = read_created_server(whole.dump(), 201);
    REQUIRE(got.has_value());
    CHECK_FALSE(got->server.ipv4.has_value());
    CHECK_FALSE(got->server.ipv6.has_value());
}

TEST_CASE("lists are read page by page, and odd entries are left out") {
    json page;
    page["servers"] = json::array({server(), json(), json("x"), json::object()});
    page["meta"]["pagination"]["next_page"] = 2;
    auto got = read_servers(page.dump(), 200);
    REQUIRE(got.has_value());
    CHECK(got->entries.size() == 1);
    CHECK(got->next == 2);

    page["meta"]["pagination"]["next_page"] = json();
    CHECK_FALSE(read_servers(page.dump(), 200)->next.has_value());
    page.erase("meta");
    CHECK_FALSE(read_servers(page.dump(), 200)->next.has_value());
    page["servers"] = json();
    REQUIRE(read_servers(page.dump(), 200).has_value());
    CHECK(read_servers(page.dump(), 200)->entries.empty());
    CHECK(read_servers("{}", 200).error().failure == cloud_failure::bad_answer);
    CHECK(read_servers("oops", 200).error().failure == cloud_failure::bad_answer);
}

TEST_CASE("keys are read") {
    const std::string key =
        R"({"id":12,"name":"alice","fingerprint":"b7:2f","public_key":"ssh-ed25519 A","labels":null})";
    const auto one = read_ssh_key(R"({"ssh_key":)" + key + "}", 201);
    REQUIRE(one.has_value());
    CHECK(one->id == 12);
    CHECK(one->name == "alice");
    CHECK(one->fingerprint == "b7:2f");
    const auto list = read_ssh_keys(R"({"ssh_keys":[)" + key + "]}", 200);
    REQUIRE(list.has_value());
    CHECK(list->entries.size() == 1);
    CHECK(read_ssh_key("{}", 201).error().failure == cloud_failure::bad_answer);
}

TEST_CASE("an answer may be nested as deeply as it likes") {
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    const auto made = read_created_server("{\"action\":" + deep + ",\"server\":{\"x\":" + deep + ",\"id\":7}}", 201);
    REQUIRE(made.has_value());
    CHECK(made->server.id == 7);
    // Lists are copied from page to page, and the catalog is printed into its file.
    const json page = parse("{\"images\":[{\"id\":1},{\"id\":2,\"x\":" + deep + "}]}");
    const json copy = list(page, "images");
    CHECK(copy.size() == 2);
    CHECK(copy.dump().size() < 1000);
}

TEST_CASE("an action is judged by its status alone") {
    const auto got = read_actions(R"({"actions":[
        {"id":1,"status":"running","command":"create_server","error":{"code":"action_failed","message":"Action failed"}},
        {"id":2,"status":"success","error":{"code":"action_failed","message":"Action failed"}},
        {"id":3,"status":"error","command":"start_server","error":{"code":"action_failed","message":"no host"}},
        {"id":4,"status":"error","error":null},
        {"id":5,"status":"something new"},
        {"id":6}, null, {"status":"success"}]})",
                                  200);
    REQUIRE(got.has_value());
    REQUIRE(got->size() == 6);
    CHECK((*got)[0].status == action_status::running);
    CHECK((*got)[0].error_code.empty());
    CHECK((*got)[1].status == action_status::success);
    CHECK((*got)[2].status == action_status::error);
    CHECK((*got)[2].error_code == "action_failed");
    CHECK((*got)[2].error_message == "no host");
    CHECK((*got)[3].status == action_status::error);
    CHECK((*got)[4].status == action_status::running);
    CHECK((*got)[5].status == action_status::running);
    CHECK(read_actions(R"({"actions":null})", 200)->empty());
    CHECK(read_actions("{}", 200).error().failure == cloud_failure::bad_answer);
    CHECK(*read_action_id(R"({"action":{"id":606028482673874}})", 200) == 606028482673874);
    CHECK(read_action_id(R"({"action":null})", 200).error().failure == cloud_failure::bad_answer);
}

TEST_CASE("the order for a server says everything that matters") {
    new_server order;
    order.name = "web1";
    order.server_type = "cx23";
    order.location = "nbg1";
    order.image_id = 161547269;
    order.ssh_keys = std::vector<std::int64_t>{9007199254740991, 2};
    order.user_data = "#cloud-config\n";
    order.labels["managed-by"] = "slipway";
    const json body = json::parse(new_server_body(order).value());
    CHECK(body == json::parse(R"({"name":"web1","server_type":"cx23","location":"nbg1","image":"161547269",
        "ssh_keys":["9007199254740991","2"],"user_data":"#cloud-config\n","start_after_create":true,
        "labels":{"managed-by":"slipway"},"public_net":{"enable_ipv4":true,"enable_ipv6":true}})"));

    order.networks = std::vector<std::int64_t>{4711};
    order.firewalls = std::vector<std::int64_t>{38, 9007199254740991};
    const json guarded = json::parse(new_server_body(order).value());
    CHECK(guarded["networks"] == json::parse("[4711]"));
    CHECK(guarded["firewalls"] == json::parse(R"([{"firewall":38},{"firewall":9007199254740991}])"));
    CHECK(guarded["public_net"]["enable_ipv4"] == true);

    order.user_data = "\xff\xfe";
    CHECK_FALSE(new_server_body(order).has_value());
    new_ssh_key key;
    key.name = "alice";
    key.public_key = "ssh-ed25519 AAAA alice@example.org";
    CHECK(json::parse(new_ssh_key_body(key).value()) ==
          json::parse(R"({"name":"alice","public_key":"ssh-ed25519 AAAA alice@example.org","labels":{}})"));
    key.name = "\xc3";
    CHECK_FALSE(new_ssh_key_body(key).has_value());
}
