// The lives of VMs when all goes well, and what people may and may not ask for on the way.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("a VM's whole life, event by event") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    REQUIRE(h.state(web) == "active");
    const std::vector<std::string> way_up{
        "vm_requested",   "step_started register_key",      "key_created",        "step_started create_server",
        "server_created", "step_started reach_ssh",         "ssh_ready",          "step_started prepare_host_keys",
        "host_keys_prepared", "step_started run_recipe",    "recipe_run",         "step_started hand_over",
        "activated"};
    CHECK(h.story(web) == way_up);
    CHECK(h.u.requests == 1 + 2);  // the first one looks around in the project
    CHECK(h.host.recipe_output() == "installing\n");
    const simulated_server* server = h.u.cloud.of_stream(web.text).front();
    CHECK(server->seen.name == "web1");
    CHECK(server->seen.labels.at("managed-by") == "slipway");
    CHECK(server->seen.labels.at("slipway-install") == install);
    CHECK_FALSE(server->lets_operator_in);
    CHECK(h.all<activated>(web).front().host_keys == server->prepared);

    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    auto whole = way_up;
    for (const char* line : {"end_requested", "step_started delete_server", "server_deleted",
                             "step_started release_key", "key_deleted", "terminated"})
        whole.emplace_back(line);
    CHECK(h.story(web) == whole);
    CHECK(h.u.requests == 1 + 4);
    h.rules.nothing_left();
}

TEST_CASE("a VM without a recipe has nothing run on it") {
    one_engine h;
    auto spec = spec_named("web1");
    spec.recipe.clear();
    const stream_id web = h.live(spec);
    CHECK(h.state(web) == "active");
    CHECK_FALSE(h.all<recipe_run>(web).front().ran);
    CHECK(h.calls(site::run_recipe) == 0);
}

TEST_CASE("a hundred VMs at once, each with its own key or a shared one") {
    one_engine h;
    std::vector<stream_id> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(h.request(spec_named("web" + std::to_string(i), "ssh-ed25519 AAAA" + std::to_string(i % 10))));
    for (const stream_id& s : all) {
        REQUIRE(h.host.run_until_at_rest(s));
        CHECK(h.state(s) == "active");
    }
    CHECK(h.u.cloud.keys().size() == 10);
    for (const stream_id& s : all) CHECK(h.end(s));
    for (const stream_id& s : all) CHECK(h.host.run_until_at_rest(s));
    h.rules.nothing_left();
}
