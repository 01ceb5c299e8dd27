// Every malformed body, field, header and target: a problem document that names it, and nothing reaches the house.
#include "tests/adapters/api/fixture.hpp"

using namespace slipway;
using namespace slipway::test;
using nlohmann::json;

namespace {

const json provider = {{"hetzner_token", some_token}};
const json offering = json::parse(
    R"({"provider":"acme","infra_backend":"hetzner","infra_config":{"server_type":"cx23","location":"nbg1","image":"i"}})");
const json contract = {{"offering", "small"}, {"ssh_pubkey", some_key}};
const json vm = {{"name", "web"}, {"ssh_pubkey", some_key}};

struct place {
    const char* method;
    const char* target;
    json good;
};
const std::vector<place> places{{"PUT", "/v1/providers/acme", provider},
                                {"PUT", "/v1/offerings/small", offering},
                                {"POST", "/v1/contracts", contract},
                                {"POST", "/v1/vms", vm}};

struct wrong_value {
    std::size_t at;
    const char* field;  // "infra_config.image"
    json value;
};

std::vector<wrong_value> wrong_values() {
    const std::string control = std::string("a\x01z");
    std::vector<wrong_value> all{
        {0, "hetzner_token", ""},
        {0, "hetzner_token", "with blank"},
        {0, "hetzner_token", "t\xc3\xa4g"},
        {0, "hetzner_token", std::string(257, 'a')},
        {0, "hetzner_token", "line\n"},
        {0, "hetzner_token", 7},
        {0, "hetzner_token", nullptr},
        {0, "hetzner_token", json::array()},
        {0, "email", "nobody"},
        {0, "email", "a@b@c"},
        {0, "email", "@b"},
        {0, "email", "a@"},
        {0, "email", "a b@c"},
        {0, "email", ""},
        {0, "email", "a@b\r\nBcc: c@d"},
        {0, "email", std::string(250, 'a') + "@b.de"},
        {0, "email", false},
        {0, "discord_webhook", "https://example.org/api/webhooks/1/xxxxxxxxxxxxxxxxxxxxxxxx"},
        {0, "discord_webhook", "two words"},
        {0, "discord_webhook", 123},
        {0, "telegram_chat", "chat"},
        {0, "telegram_chat", 123},
        {0, "telegram_chat", "--1"},
        {0, "telegram_chat", "@a"},
        {0, "telegram_chat", "12345678901234567890"},
        {1, "provider", ""},
        {1, "provider", "../x"},
        {1, "provider", std::string(65, 'a')},
        {1, "provider", "-a"},
        {1, "infra_backend", "aws"},
        {1, "infra_backend", 1},
        {1, "infra_config", "cx23"},
        {1, "infra_config", nullptr},
        {1, "infra_config", json::array()},
        {1, "infra_config.server_type", 1},
        {1, "infra_config.location", ""},
        {1, "infra_config.image", control},
        {1, "infra_config.image", "a b"},
        {1, "infra_config.other", "x"},
        {1, "recipe_script", ""},
        {1, "recipe_script", " \n\t"},
        {1, "recipe_script", std::string(65537, 'a')},
        {1, "recipe_script", std::string("a\0b", 3)},
        {1, "recipe_script", json::object()},
        {1, "recipe_script", "echo one\r\necho two\r\n"},
        {1, "recipe_script", "#!/bin/bash\r\necho hello\r\n"},
        {1, "recipe_script", "#cloud-config\npackages: [nginx]\n"},
        {2, "id", ""},
        {2, "id", "a/b"},
        {2, "id", "a b"},
        {2, "id", ".a"},
        {2, "id", std::string(65, 'a')},
        {2, "id", 1},
        {2, "offering", "ä"},
        {2, "ssh_pubkey", "ssh-ed25519"},
        {2, "ssh_pubkey", "ssh-ed25519 AAAA"},
        {2, "ssh_pubkey", "hello"},
        {2, "ssh_pubkey", "ssh-dss AAAAB3NzaC1kc3M="},
        {2, "ssh_pubkey", some_key + "\n" + some_key},
        {2, "ssh_pubkey", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"},
        {2, "ssh_pubkey", std::string(20000, 'a')},
        {2, "expires_at", "tomorrow"},
        {2, "expires_at", "2030-13-01T00:00:00Z"},
        {2, "expires_at", "9999-12-31T23:59:59-01:00"},  // a year that the log could not be read back with
        {2, "expires_at", 1900000000},
        {3, "name", "Web_1"},
        {3, "name", "-web"},
        {3, "name", "web-"},
        {3, "name", "web..example"},
        {3, "name", std::string(64, 'a')},
        {3, "name", "w\xc3\xa4"},
        {3, "count", 0},
        {3, "count", 101},
        {3, "count", -1},
        {3, "count", 1.5},
        {3, "count", "2"},
        {3, "count", 18446744073709551615u},
        {3, "app", "wordpress"},
        {3, "app", 1},
        {3, "server_type", "cx 23"},
        {3, "location", ""},
        {3, "image", control},
        {3, "labels", json::array()},
        {3, "labels", {{"a", 1}}},
        {3, "labels", {{"a b", "c"}}},
        {3, "labels", {{"a", std::string(64, 'b')}}},
        {3, "labels", {{"", "b"}}},
    };
    for (std::size_t i = 0; i < places.size(); ++i) {
        all.push_back({i, "surprise", 1});
        for (const char* required :
             {"hetzner_token", "provider", "infra_backend", "infra_config", "offering", "ssh_pubkey", "name"})
            if (places[i].good.contains(required)) all.push_back({i, required, json(json::value_t::discarded)});
    }
    return all;
}

}  // namespace

TEST_CASE("each wrong, missing or unknown field is refused with 422 and named") {
    served_api api;
    for (const auto& wrong : wrong_values()) {
        const place& to = places[wrong.at];
        INFO(to.target << " " << wrong.field);
        json body = to.good;
        const std::string field = wrong.field;
        const auto dot = field.find('.');
        if (wrong.value.is_discarded())
            body.erase(field);
        else if (dot == std::string::npos)
            body[field] = wrong.value;
        else
            body[field.substr(0, dot)][field.substr(dot + 1)] = wrong.value;
        const auto got = api.ask(to.method, to.target, body.dump());
        expect_problem(got, 422);
        CHECK(fields_of(got) == std::vector<std::string>{field});
        // What was sent is not repeated.
        if (wrong.value.is_string() && wrong.value.get<std::string>().size() > 8)
            CHECK(got.body.find(wrong.value.get<std::string>()) == std::string::npos);
    }
    CHECK(api.house.changes == 0);
    for (const place& to : places) CHECK(api.ask(to.method, to.target, to.good.dump()).status / 100 == 2);
    CHECK(api.house.changes == 4);
}

TEST_CASE("all that is wrong is named at once") {
    served_api api;
    const auto got = api.ask("PUT", "/v1/offerings/small", R"({"provider":1,"infra_config":{"image":2,"x":3},"y":4})");
    expect_problem(got, 422);
    CHECK(fields_of(got) == std::vector<std::string>{"provider", "infra_backend", "infra_config.server_type",
                                                     "infra_config.location", "infra_config.image", "y",
                                                     "infra_config.x"});
}

TEST_CASE("a body that is no JSON object is refused with 400, another media type with 415") {
    served_api api;
    const std::string deep = std::string(100'000, '[');
    const std::vector<std::string> bodies{"{",
                                          "}",
                                          "[]",
                                          "null",
                                          "1",
                                          "\"a\"",
                                          "{\"a\":}",
                                          "{'a':1}",
                                          "{\"a\":1}x",
                                          "{\"a\":1,\"a\":2}",
                                          "{\"name\":\"\xff\"}",
                                          "{\"name\":\"\xc3\"}",
                                          "{\"name\":\"\xed\xa0\x80\"}",
                                          "{\"a\":\"\\ud800\"}",
                                          "{\"a\":1e999}",
                                          "\xfe\xff",
                                          deep,
                                          "{\"a\":" + deep,
                                          std::string("{\"a\":\0}", 7),
                                          std::string("{\"a\":1}\0", 8),
                                          std::string("{\"a\":1}\0x", 9),
                                          "{\"a\":NaN}",
                                          "{\"a\":01}",
                                          " ",
                                          "{\"a\":{\"b\":1,\"b\":2}}",
                                          "{\"a\":\"tab\there\"}",
                                          "{/**/}"};
    for (const std::string& body : bodies) {
        for (const place& to : places) {
            INFO(to.target << " " << body.substr(0, 40));
            expect_problem(api.ask(to.method, to.target, body), 400);
        }
    }
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a",
                             "application/jsonx", "json", ""}) {
        INFO(type);
        for (const place& to : places)
            expect_problem(api.ask(to.method, to.target, to.good.dump(), "Content-Type: " + std::string(type) + "\r\n"),
                           415);
    }
    expect_problem(
        api.ask("POST", "/v1/vms", vm.dump(), "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"), 415);
    for (const place& to : places) {
        INFO(to.target);
        expect_problem(api.ask(to.method, to.target), 415);  // no body at all
    }
    CHECK(api.house.changes == 0);
    CHECK(api.ask("POST", "/v1/vms", vm.dump(), "Content-Type: Application/JSON ; charset=UTF-8\r\n").status == 202);
}

TEST_CASE("a POST that needs no body takes none but an empty object") {
    served_api api;
    for (const char* target : {"/v1/contracts/a/cancel", "/v1/providers/a/check", "/v1/audit"}) {
        expect_problem(api.ask("POST", target, R"({"force":true})"), 422);
        expect_problem(api.ask("POST", target, "[]"), 400);
        expect_problem(api.ask("POST", target, "x", "Content-Type: text/plain\r\n"), 415);
    }
    expect_problem(api.ask("GET", "/v1/vms", "{}"), 400);
    expect_problem(api.ask("DELETE", "/v1/vms/web", "{}"), 400);
    CHECK(api.house.changes == 0);
}

TEST_CASE("paths, methods and parameters that are not there") {
    served_api api;
    for (const char* target :
         {"/", "/v1", "/v1/", "/v2/vms", "/v1/vms/", "/v1/vms/a/b", "/V1/vms", "//v1/vms", "/v1/vms;a",
          "/v1/contracts/a/refund", "/v1/contracts//cancel", "/healthz/", "/v1/../healthz", "/%76%31/vms"}) {
        INFO(target);
        expect_problem(api.ask("GET", target), 404);
        expect_problem(api.ask("POST", target), 404);
    }
    for (const char* id : {"%", "%4", "%zz", "%2e%2e%2fetc", "-a", ".a", "a%00b", "a%20b", "%c3%a4", "a%2fb", "a+b"}) {
        INFO(id);
        const auto got = api.ask("GET", std::string("/v1/vms/") + id);
        expect_problem(got, 400);
        CHECK(fields_of(got) == std::vector<std::string>{"id"});
        expect_problem(api.ask("DELETE", std::string("/v1/vms/") + id), 400);
        expect_problem(api.ask("PUT", std::string("/v1/providers/") + id, provider.dump()), 400);
    }
    expect_problem(api.ask("GET", "/v1/vms/" + std::string(65, 'a')), 400);
    const auto refused = api.ask("DELETE", "/v1/contracts/a");
    expect_problem(refused, 405);
    CHECK(refused.headers.at("allow") == "GET, HEAD");
    for (const char* method : {"PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "BREW", "PUT", "DELETE"}) {
        INFO(method);
        const auto got = api.ask(method, "/v1/vms");
        expect_problem(got, 405);
        CHECK(got.headers.at("allow") == "GET, HEAD, POST");
    }
    for (const char* query : {"/v1/vms?a=b",
                              "/v1/events?seq=1",
                              "/v1/events?after=x",
                              "/v1/events?after=-1",
                              "/v1/events?after=",
                              "/v1/events?after=1&after=2",
                              "/v1/events?after=99999999999999999999",
                              "/v1/events?limit=0",
                              "/v1/events?limit=10001",
                              "/v1/events?stream=web",
                              "/v1/events?stream=",
                              "/v1/events?after=%",
                              "/v1/events?after=1%",
                              "/v1/events?aft",
                              "/v1/events?=1",
                              "/v1/events?after+=1",
                              "/v1/catalog?provider=",
                              "/v1/catalog?provider=a%2fb",
                              "/v1/events?stream+limit=1",
                              "/healthz?a"}) {
        INFO(query);
        expect_problem(api.ask("GET", query), 400);
    }
    CHECK(api.ask("GET", "/v1/events?").status == 200);
    CHECK(api.house.changes == 0);
}

TEST_CASE("an Idempotency-Key is 1 to 255 printable characters, once") {
    served_api api;
    for (const std::string& key :
         {std::string(), std::string(256, 'a'), std::string("a\xc3\xa4"), std::string("a\tb")}) {
        INFO(key);
        for (const char* target :
             {"/v1/vms", "/v1/contracts", "/v1/audit", "/v1/contracts/a/cancel", "/v1/providers/a/check"})
            expect_problem(api.ask("POST", target, vm.dump(), "Idempotency-Key: " + key + "\r\n"), 400);
    }
    expect_problem(api.ask("POST", "/v1/vms", vm.dump(), "Idempotency-Key: a\r\nidempotency-key: a\r\n"), 400);
    CHECK(api.house.changes == 0);
    CHECK(api.ask("POST", "/v1/vms", vm.dump(), "Idempotency-Key: " + std::string(255, 'a') + "\r\n").status == 202);
}
