// What the web page asks for beside the lists: stories, machines, the overview, whether the log is right.
#include "tests/adapters/api/fixture.hpp"

using namespace slipway;
using namespace slipway::test;
using nlohmann::json;

namespace {

void accept(served_api& api) {
    const std::string body = json{{"id", "order-1"}, {"offering", "small"}, {"ssh_pubkey", some_key}}.dump();
    REQUIRE(api.ask("POST", "/v1/contracts", body).status == 202);
}

}  // namespace

TEST_CASE("a story: where it is and why, the way it took, what can be done and how it is asked for") {
    served_api api;
    accept(api);
    api.in_loop([&] {
        service::stream_view& view = api.house.view_named("order-1");
        step_started began;
        began.step = step::register_key;
        api.house.happens(view, began);
        key_created key;
        key.key_id = 11;
        key.ours = true;
        api.house.happens(view, key);
    });
    const auto told = parsed(api.ask("GET", "/v1/contracts/order-1/story"));
    CHECK(told["kind"] == "contract");
    CHECK(told["state"] == "key_created");
    CHECK(told["version"] == 3);
    CHECK(told["last_version"] == 3);
    REQUIRE(told["path"].size() == 2);
    CHECK(told["path"][0]["state"] == "accepted");
    CHECK(told["path"][1]["version"] == 3);
    CHECK(told["timeline"].size() == 3);
    CHECK(told["timeline"][2]["words"] == "SSH key 11 registered");
    CHECK(told["timeline"][1]["words"].is_null());
    CHECK(told["why"][1] == "Its SSH key is known to Hetzner; it has no server yet.");
    CHECK(told["to_do"].is_null());
    CHECK(told["recipe"].is_null());
    CHECK(told["resource"]["id"] == "order-1");
    CHECK(told["resource"]["server_type"] == "cx23");
    const std::string stream = told["stream"];
    REQUIRE(told["actions"].size() == 3);
    CHECK(told["actions"][0]["name"] == "cancel");
    CHECK(told["actions"][2]["path"] == "/v1/contracts/" + stream + "/payment-failed");
    CHECK(api.ask("POST", "/v1/contracts/order-1/cancel").status == 202);

    const auto earlier = parsed(api.ask("GET", "/v1/contracts/" + stream + "/story?version=1"));
    CHECK(earlier["state"] == "accepted");
    CHECK(earlier["version"] == 1);
    CHECK(earlier["last_version"].get<int>() > 3);
    CHECK(earlier["actions"].empty());
    CHECK(earlier["timeline"].size() == 1);
    CHECK(parsed(api.ask("GET", "/v1/contracts/" + stream + "/story?version=99"))["version"] == earlier["last_version"]);
    expect_problem(api.ask("GET", "/v1/contracts/order-1/story?version=-1"), 400);
    expect_problem(api.ask("GET", "/v1/contracts/none/story"), 404);
    expect_problem(api.ask("GET", "/v1/vms/order-1/story"), 404);
}

TEST_CASE("a VM waits for what a list says, and its story names the way to delete it") {
    served_api api;
    const std::string body = json{{"name", "web"}, {"ssh_pubkey", some_key}}.dump();
    REQUIRE(api.ask("POST", "/v1/vms", body).status == 202);
    CHECK(parsed(api.ask("GET", "/v1/vms/web"))["waiting_for"].is_null());
    const auto told = parsed(api.ask("GET", "/v1/vms/web/story"));
    REQUIRE(told["actions"].size() == 1);
    CHECK(told["actions"][0]["method"] == "DELETE");
    CHECK(told["actions"][0]["path"] == "/v1/vms/" + told["stream"].get<std::string>());
    CHECK(told["actions"][0]["means"] == "It is no longer made. It has no server so far.");
}

TEST_CASE("the machines are the program's own tables") {
    served_api api;
    const auto contract = parsed(api.ask("GET", "/v1/machines/contract"));
    CHECK(contract["initial"] == "accepted");
    CHECK(contract["fingerprint"] == std::string(contract_kind_machine().fingerprint));
    CHECK(parsed(api.ask("GET", "/v1/machines/vm"))["states"].size() == vm_kind_machine().states.size());
    expect_problem(api.ask("GET", "/v1/machines/audit"), 404);
}

TEST_CASE("the overview counts, says where the log ends, and how each project's token is") {
    served_api api;
    auto now = parsed(api.ask("GET", "/v1/overview"));
    CHECK(now["last_seq"] == 0);
    CHECK(now["last_audit_at"].is_null());
    CHECK(now["why_not"].is_null());
    accept(api);
    REQUIRE(api.ask("POST", "/v1/audit").status == 200);
    api.in_loop([&] { api.house.readiness = {false, "the log cannot be written"}; });
    now = parsed(api.ask("GET", "/v1/overview"));
    CHECK(now["last_seq"] == 1);
    CHECK(now["ready"] == false);
    CHECK(now["why_not"] == "the log cannot be written");
    CHECK(now["streams"].is_array());
    for (const auto& project : now["projects"]) CHECK(project["token_works"].is_boolean());
}

TEST_CASE("what is overdue: all of it is counted, the first two hundred are told") {
    served_api api;
    CHECK(parsed(api.ask("GET", "/v1/overview"))["overdue"] == json::array());
    CHECK_THAT(api.ask("GET", "/metrics").body, contains("# TYPE slipway_overdue gauge\n# HELP"));
    api.in_loop([&] {
        service::overdue_alert alert;
        alert.stream.text = "0193c0de-aaaa-7000-8000-0000abcd1234";
        alert.kind = "contract";
        alert.state = "accepted";
        alert.name = "c-1";
        alert.provider = "acme";
        alert.since = timestamp{1'790'000'000'000};
        alert.usual = std::chrono::minutes{5};
        alert.why = {"It hangs."};
        api.house.late.assign(250, alert);
        api.house.late.back().state = "terminating";
    });
    const auto now = parsed(api.ask("GET", "/v1/overview"));
    CHECK(now["overdue_count"] == 250);
    CHECK(now["overdue"].size() == 200);
    CHECK(now["overdue"][0] == json{{"stream", "0193c0de-aaaa-7000-8000-0000abcd1234"}, {"kind", "contract"}, {"name", "c-1"},
                                    {"provider", "acme"}, {"state", "accepted"}, {"since", "2026-09-21T14:13:20.000Z"},
                                    {"overdue_since", "2026-09-21T14:18:20.000Z"}, {"why", {"It hangs."}}, {"to_do", nullptr}});
    const std::string metrics = api.ask("GET", "/metrics").body;
    CHECK_THAT(metrics, contains("slipway_overdue{kind=\"contract\",state=\"accepted\"} 249\n"));
    CHECK_THAT(metrics, contains("slipway_overdue{kind=\"contract\",state=\"terminating\"} 1\n"));
}

TEST_CASE("the log is verified in parts, and what is wrong is named with its place") {
    served_api api;
    CHECK(parsed(api.ask("GET", "/v1/verification")) ==
          json{{"streams", 0}, {"events", 0}, {"problems", json::array()}, {"next", nullptr}});
    accept(api);
    REQUIRE(api.ask("POST", "/v1/vms", json{{"name", "web"}, {"ssh_pubkey", some_key}}.dump()).status == 202);
    const auto first = parsed(api.ask("GET", "/v1/verification?limit=1"));
    CHECK(first["streams"] == 1);
    CHECK(first["problems"].empty());
    const std::string next = first["next"];
    auto second = parsed(api.ask("GET", "/v1/verification?after=" + next));
    CHECK(second["streams"] == 1);
    CHECK(second["events"] == 1);
    CHECK(second["next"].is_null());

    std::string stream;
    api.in_loop([&] {
        service::stream_view& view = api.house.view_named("order-1");
        stream = view.stream.text;
        step_started began;
        began.step = step::register_key;
        api.house.happens(view, began);
        api.house.log.back().actor = "somebody";
    });
    const auto wrong = parsed(api.ask("GET", "/v1/verification?limit=500"))["problems"];
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0]["problem"] == "hash_mismatch");
    CHECK(wrong[0]["stream"] == stream);
    CHECK(wrong[0]["version"] == 2);
    CHECK(wrong[0]["seq"] == 3);

    for (const char* limit : {"0", "501", "x", ""}) {
        INFO(limit);
        expect_problem(api.ask("GET", std::string("/v1/verification?limit=") + limit), 400);
    }
    for (const char* after : {"", "-", "%00", "a%20b"}) {
        INFO(after);
        expect_problem(api.ask("GET", std::string("/v1/verification?after=") + after), 400);
    }
}
