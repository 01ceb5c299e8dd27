// What has run on a VM may have changed its SSH: one whose recipe ended well, or may have, is not taken back for that.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("a recipe that changes SSH and ends well: nothing is missing while the session is open") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        one_engine h(seed);
        h.fail(site::run_recipe, 1, fault::ssh_changes);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "active");
        CHECK(h.all<activated>(web).front().missing.empty());
        CHECK(h.all<activated>(web).front().host_keys == h.u.cloud.of_stream(web.text).front()->prepared);
        CHECK_FALSE(h.u.cloud.of_stream(web.text).front()->lets_operator_in);
        h.end_cleanly(web);
    }
}

TEST_CASE("a recipe that changes SSH, and a process that dies behind it: the VM is active, and what is missing is said") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
        for (const fault f : {fault::crash_before, fault::refuses, fault::denies, fault::broken, fault::wrong_host_key}) {
            one_engine h(seed);
            h.fail(site::run_recipe, 1, fault::ssh_changes);
            h.fail(site::hand_over, 1, f);
            const stream_id web = h.live(spec_named("web1"));
            INFO(seed << " " << name(f));
            CHECK(h.state(web) == "active");
            h.end_cleanly(web);
        }
}

TEST_CASE("a recipe that changes SSH, and a session that breaks before it has said how it ended") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        one_engine h(seed);
        h.fail(site::run_recipe, 1, fault::ssh_changes_and_closes);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "active");
        const auto missing = h.all<activated>(web).front().missing;
        REQUIRE_FALSE(missing.empty());
        CHECK(missing.front().what == shortcoming_kind::recipe_result);
        CHECK_FALSE(h.all<recipe_run>(web).front().unknown.empty());
        CHECK(h.calls(site::run_recipe) <= 3);
        h.end_cleanly(web);
    }
}

TEST_CASE("a VM that cannot be entered before its recipe began is still taken back") {
    for (const fault f : {fault::denies, fault::broken}) {
        one_engine h;
        h.fail(site::run_recipe, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "failed");
        h.rules.nothing_left();
    }
}

TEST_CASE("a VM without a recipe that cannot be handed over is still taken back") {
    one_engine h;
    vm_spec spec = spec_named("web1");
    spec.recipe.clear();
    h.fail(site::hand_over, 1, fault::broken);
    const stream_id web = h.live(spec);
    CHECK(h.state(web) == "failed");
    h.rules.nothing_left();
}

TEST_CASE("a VM that shows another key than when SSH first answered was handed over before: it is not taken back") {
    for (const site s : {site::prepare_keys, site::run_recipe, site::hand_over})
        for (const std::string recipe : {"true", ""}) {
            one_engine h;
            vm_spec spec = spec_named("web1");
            spec.recipe = recipe;
            h.faults.otherwise = [s](site at) { return at == s ? fault::wrong_host_key : fault::none; };
            const stream_id web = h.live(spec);
            INFO(name(s) << " " << recipe);
            // Behind a recipe it may be the recipe's doing; otherwise somebody has to say what it is.
            const bool never_met = s == site::run_recipe && recipe.empty();
            const bool is_active = never_met || (s == site::hand_over && !recipe.empty());
            CHECK(h.all<held>(web).size() == (is_active ? 0 : 1));
            CHECK((h.state(web) == "active") == is_active);
            CHECK(h.u.cloud.of_stream(web.text).size() == 1);
            h.end_cleanly(web);
        }
}
