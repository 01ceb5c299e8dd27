// Every route, good: what reaches the house and what comes back; and what the house's refusals become.
#include "tests/adapters/api/fixture.hpp"

#include "engine/base/digest.hpp"
#include "adapters/api/router.hpp"
#include "adapters/api/views.hpp"
#include "engine/model/record_line.hpp"

using namespace slipway;
using namespace slipway::test;
using nlohmann::json;

namespace {

const std::string contract_body = json{{"id", "order-1"}, {"offering", "small"}, {"ssh_pubkey", some_key}}.dump();
const std::string offering_body =
    R"({"provider":"acme","infra_backend":"hetzner","infra_config":{"server_type":"cx23","location":"nbg1",)"
    R"("image":"ubuntu-24.04"},"recipe_script":"echo hello\n"})";

}  // namespace

TEST_CASE("a provider is put, shown without its token, and checked") {
    served_api api;
    const std::string body = json{{"hetzner_token", some_token}, {"email", "ops@example.org"}}.dump();
    for (int i = 0; i < 2; ++i) {
        const auto put = api.ask("PUT", "/v1/providers/acme", body);
        CHECK(put.status == 200);
        CHECK(put.headers.at("content-type") == "application/json");
        CHECK(put.headers.at("cache-control") == "no-store");
        const auto shown = parsed(put);
        CHECK(shown["id"] == "acme");
        CHECK(shown["token_set"] == true);
        CHECK(shown["email"] == "ops@example.org");
        CHECK(shown["telegram_chat"].is_null());
        CHECK(put.body.find(some_token) == std::string::npos);
        CHECK(put.body.find("sealed") == std::string::npos);
    }
    CHECK(api.house.last_token == some_token);
    CHECK(parsed(api.ask("GET", "/v1/providers/acme"))["token_works"] == true);
    const auto checked = api.ask("POST", "/v1/providers/acme/check");
    CHECK(checked.status == 200);
    CHECK(parsed(checked)["token_works"] == false);
    CHECK(parsed(checked)["token_problem"] == "Hetzner does not know this token.");
    expect_problem(api.ask("GET", "/v1/providers/other"), 404);
}

TEST_CASE("a provider's webhook is taken and never shown") {
    served_api api;
    const std::string hook = "https://discord.com/api/webhooks/4711/" + std::string(68, 'x');
    const auto put = api.ask("PUT", "/v1/providers/acme", json{{"hetzner_token", some_token}, {"discord_webhook", hook}}.dump());
    CHECK(put.status == 200);
    CHECK(parsed(put)["discord_webhook_set"] == true);
    CHECK(put.body.find("4711") == std::string::npos);
    CHECK(put.body.find("sealed") == std::string::npos);
    CHECK(parsed(api.ask("PUT", "/v1/providers/acme", json{{"hetzner_token", some_token}}.dump()))["discord_webhook_set"] == false);
}

TEST_CASE("an offering comes back as it was put") {
    served_api api;
    CHECK(parsed(api.ask("GET", "/v1/offerings")) == json{{"offerings", json::array()}});
    CHECK(api.ask("PUT", "/v1/offerings/small", offering_body).status == 200);
    auto shown = parsed(api.ask("GET", "/v1/offerings/small"));
    const json put = json::parse(offering_body);
    for (const auto& [field, value] : put.items()) CHECK(shown[field] == value);
    CHECK(parsed(api.ask("GET", "/v1/offerings"))["offerings"][0] == shown);
    CHECK(api.house.last_offering.recipe == "echo hello\n");
}

TEST_CASE("a contract is accepted, shown in every state, and ended") {
    served_api api;
    const auto accepted = api.ask("POST", "/v1/contracts", contract_body, "Idempotency-Key: k 1\r\n");
    REQUIRE(accepted.status == 202);
    CHECK(accepted.headers.at("location") == "/v1/contracts/order-1");
    auto shown = parsed(accepted);
    CHECK(shown["state"] == "accepted");
    CHECK(shown["instance_ip"].is_null());
    CHECK(api.house.last_origin.actor == "api");
    CHECK(api.house.last_origin.idempotency_key == "k 1");
    CHECK(api.house.last_origin.request_digest.size() == 64);
    CHECK(api.house.last_contract.public_key == some_key);

    api.in_loop([&] {
        service::stream_view& view = api.house.view_named("order-1");
        key_created key;
        key.key_id = 11;
        key.ours = true;
        api.house.happens(view, key);
        server_created server;
        server.server_id = 42;
        server.server_name = "dc-0001";
        server.server_type = "cx23";
        server.location = "nbg1";
        server.ipv4 = "203.0.113.7";
        api.house.happens(view, server);
        api.house.happens(view, ssh_ready{});
        recipe_run run;
        run.ran = true;
        api.house.happens(view, run);
        activated done;
        done.address = "203.0.113.7";
        done.host_keys = {some_key};
        api.house.happens(view, done);
    });
    shown = parsed(api.ask("GET", "/v1/contracts/order-1"));
    CHECK(shown["state"] == "active");
    CHECK(shown["instance_ip"] == "203.0.113.7");
    CHECK(shown["external_id"] == "hetzner:42");
    CHECK(shown["hetzner_ssh_key_id"] == 11);
    CHECK(shown["connection_instructions"] == "ssh root@203.0.113.7");
    CHECK(shown["host_key_fingerprints"][0].get<std::string>().starts_with("SHA256:"));
    CHECK(parsed(api.ask("GET", "/v1/contracts"))["contracts"][0] == shown);
    CHECK(parsed(api.ask("GET", "/v1/contracts/" + shown["stream"].get<std::string>())) == shown);
    CHECK(parsed(api.ask("GET", "/v1/vms"))["vms"].empty());

    const auto ended = api.ask("POST", "/v1/contracts/order-1/cancel");
    CHECK(ended.status == 202);
    CHECK(parsed(ended)["end_reason"] == "cancelled");
    CHECK(parsed(ended)["connection_instructions"].is_null());
}

TEST_CASE("a plan orders nothing") {
    served_api api;
    const std::string body = R"({"name":"web1","server_type":"cx23,cx33","ssh_key_name":"laptop","ssh_pubkey":")" + some_key + "\"}";
    const auto plan = api.ask("POST", "/v1/vms?plan=true", body);
    REQUIRE(plan.status == 200);
    const auto shown = parsed(plan);
    CHECK(shown["names"][0] == "web1");
    CHECK(shown["candidates"][0]["price"]["monthly"]["net"] == "3.99");
    CHECK(shown["request"]["ssh_keys"][0] == "laptop (MD5:aa:bb)");
    CHECK(api.house.last_vm.server_types == std::vector<std::string>{"cx23", "cx33"});
    CHECK(api.house.last_vm.key_name == "laptop");
    CHECK(api.house.changes == 0);
    CHECK(api.ask("POST", "/v1/vms?plan=maybe", body).status == 400);
}

TEST_CASE("lists are pages of what was asked for") {
    served_api api;
    for (int i = 0; i < 3; ++i)
        api.ask("POST", "/v1/vms", R"({"name":"web)" + std::to_string(i) + R"(","ssh_pubkey":")" + some_key + "\"}");
    const auto first = parsed(api.ask("GET", "/v1/vms?limit=2&state=accepted&provider=direct&owner=me"));
    CHECK(first["vms"].size() == 2);
    CHECK(api.house.last_query.limit == 2);
    CHECK(api.house.last_query.state == "accepted");
    CHECK(api.house.last_query.provider == "direct");
    CHECK(api.house.last_query.owner == "me");
    CHECK_FALSE(api.house.last_query.live_only);
    CHECK(api.ask("GET", "/v1/vms?live=true").status == 200);
    CHECK(api.house.last_query.live_only);
    CHECK(api.ask("GET", "/v1/vms?live=1").status == 400);
    const auto second = parsed(api.ask("GET", "/v1/vms?limit=2&after=" + first["next"].get<std::string>()));
    CHECK(second["vms"].size() == 1);
    CHECK_FALSE(second.contains("next"));
    for (const char* everything : {"/v1/vms", "/v1/contracts", "/v1/offerings"}) {
        api.house.last_query.limit = 0;
        CHECK(api.ask("GET", everything).status == 200);
        if (everything != std::string("/v1/offerings")) CHECK(api.house.last_query.limit == 100);
    }
    CHECK(api.ask("GET", "/v1/vms?limit=0").status == 400);
    CHECK(api.ask("GET", "/v1/vms?limit=1001").status == 400);
    CHECK(api.ask("GET", "/v1/vms?after=yesterday").status == 400);
    CHECK(api.ask("GET", "/v1/contracts?state=sleeping").status == 400);
}

TEST_CASE("each row of the routes has its own answer, and no other method falls through to it") {
    for (const api::route& row : api::all_routes()) {
        CHECK(row.answer != nullptr);
        for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
            std::string path(row.pattern);
            if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "a");
            const auto found = api::find_route(method, path);
            if (!found) continue;
            CHECK(found->to->method == method);
            CHECK(found->to->pattern == row.pattern);
        }
    }
}

TEST_CASE("each way to end a contract has its reason") {
    for (const auto& [verb, reason] : {std::pair{"cancel", "cancelled"},
                                       {"expire", "expired"},
                                       {"payment-failed", "payment_failed"},
                                       {"retry-termination", "retry_termination"}}) {
        const auto found = api::find_route("POST", std::string("/v1/contracts/a/") + verb);
        REQUIRE(found.has_value());
        CHECK(found->to->word == reason);
    }
    served_api api;
    api.ask("POST", "/v1/contracts", contract_body);
    CHECK(api.ask("POST", "/v1/contracts/order-1/payment-failed", "{}").status == 202);
}

TEST_CASE("VMs are requested, listed, found by name and deleted") {
    served_api api;
    const std::string body =
        json{{"name", "web"}, {"ssh_pubkey", some_key}, {"count", 2}, {"app", "coolify"}, {"labels", {{"a", "b"}}}}
            .dump();
    const auto asked = api.ask("POST", "/v1/vms", body);
    REQUIRE(asked.status == 202);
    CHECK(parsed(asked)["vms"][1]["name"] == "web1");
    CHECK(api.house.last_vm.app == "coolify");
    CHECK(api.house.last_vm.labels.at("a") == "b");
    CHECK(api.house.last_origin.idempotency_key.empty());
    CHECK(parsed(api.ask("GET", "/v1/vms"))["vms"].size() == 2);
    const auto one = parsed(api.ask("GET", "/v1/vms/web1"));
    CHECK(one["state"] == "accepted");
    CHECK(one["host_keys"].is_array());
    CHECK(api.ask("DELETE", "/v1/vms/web1").status == 202);
    expect_problem(api.ask("DELETE", "/v1/vms/nobody"), 404);
}

TEST_CASE("catalog, audit, health, metrics and the description") {
    served_api api;
    CHECK(parsed(api.ask("GET", "/v1/catalog"))["locations"][0]["name"] == "nbg1");
    expect_problem(api.ask("GET", "/v1/catalog?provider=nobody"), 404);
    expect_problem(api.ask("GET", "/v1/audit"), 404);
    const auto report = api.ask("POST", "/v1/audit");
    CHECK(report.status == 200);
    CHECK(parsed(report)["findings"][0]["stream"].is_null());
    CHECK(parsed(api.ask("GET", "/v1/audit")) == parsed(report));
    CHECK(api.ask("GET", "/healthz").status == 200);
    CHECK(api.ask("GET", "/readyz").status == 200);
    api.in_loop([&] { api.house.readiness = service::health{false, "The database cannot be reached."}; });
    const auto unready = api.ask("GET", "/readyz");
    expect_problem(unready, 503);
    CHECK(parsed(unready)["detail"] == "The database cannot be reached.");
    const auto metrics = api.ask("GET", "/metrics");
    CHECK(metrics.headers.at("content-type") == "text/plain; version=0.0.4");
    CHECK(metrics.body.find("slipway_streams{kind=\"contract\",state=\"active\"} 0\n") != std::string::npos);
    CHECK(metrics.body.find("# TYPE slipway_appends_fenced_total counter\nslipway_appends_fenced_total 3\n") !=
          std::string::npos);
    const auto description = parsed(api.ask("GET", "/openapi.json"));
    CHECK(description["openapi"] == "3.1.0");
    CHECK(description["components"]["schemas"]["State"]["enum"] ==
          std::vector<std::string>(vm_state_names.begin(), vm_state_names.end()));
    const auto head = api.ask("HEAD", "/openapi.json");
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length").size() > 4);
}

TEST_CASE("what the house refuses has a status of its own, and names the fields") {
    served_api api;
    const std::vector<std::pair<error_kind, int>> all{{error_kind::usage, 422},         {error_kind::not_found, 404},
                                                      {error_kind::refused, 409},       {error_kind::unreachable, 502},
                                                      {error_kind::configuration, 503}, {error_kind::storage, 503},
                                                      {error_kind::corrupt, 500},       {error_kind::failed, 500}};
    for (const auto& [kind, status] : all) {
        api.in_loop([&, kind = kind] {
            api.house.refusal = service::failure{kind, "No.", {{"infra_config.location", "There is no such place."}}};
        });
        const auto got = api.ask("PUT", "/v1/offerings/small", offering_body);
        expect_problem(got, status);
        CHECK(parsed(got)["detail"] == "No.");
        CHECK(fields_of(got) == std::vector<std::string>{"infra_config.location"});
    }
    for (const char* target : {"/v1/providers/a", "/v1/offerings", "/v1/offerings/a", "/v1/contracts",
                               "/v1/contracts/a", "/v1/vms", "/v1/vms/a", "/v1/catalog", "/v1/events"}) {
        INFO(target);
        api.in_loop([&] { api.house.refusal = service::failure{error_kind::storage, "The disk is full.", {}}; });
        expect_problem(api.ask("GET", target), 503);
    }
}

TEST_CASE("the digest of a request is that of its method, path and body") {
    served_api api;
    const auto digest = [&](const std::string& method_target, const std::string& body, const std::string& headers) {
        api.ask("POST", method_target, body, headers + "Idempotency-Key: k\r\n");
        return api.in_loop([&] { return api.house.last_origin.request_digest; });
    };
    const std::string first = digest("/v1/contracts", contract_body, "Content-Type: application/json\r\n");
    CHECK(digest("/v1/contracts", contract_body, "Content-Type: application/json; charset=utf-8\r\nA: b\r\n") == first);
    const std::string other = json{{"id", "order-2"}, {"offering", "small"}, {"ssh_pubkey", some_key}}.dump();
    CHECK(digest("/v1/contracts", other, {}) != first);
    CHECK(digest("/v1/contracts/order-1/cancel", {}, {}) != first);
}

TEST_CASE("a record in one line is what slipway-log prints") {
    event_record record;
    record.seq = 7;
    record.stream.text = "0193a5b0-0000-7000-8000-000000000001";
    record.kind = "vm";
    record.version = 2;
    record.type = "terminated";
    record.event_id = "e";
    record.at = timestamp{0};
    record.actor = "engine";
    record.data = "{}";
    record.hash = "h";
    CHECK(record_line(record) ==
          R"({"seq":7,"stream":"0193a5b0-0000-7000-8000-000000000001","kind":"vm","version":2,"type":"terminated",)"
          R"("schema_version":1,"event_id":"e","at":"1970-01-01T00:00:00.000Z","actor":"engine","command_id":"",)"
          R"("data":{},"hash":"h"})");
    record.type = "unheard_of";
    CHECK(json::parse(record_line(record)).contains("undecodable"));
    record.data = "{\n}";
    CHECK(record_line(record).find('\n') == std::string::npos);
    record.data = "broken";
    CHECK(json::parse(record_line(record))["data"] == "broken");
}
