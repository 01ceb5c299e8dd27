// Hetzner and SSH in bad moods: what is tried again, what is adopted, what is cleaned up, what is written down.
#include "tests/engine/one_engine.hpp"

#include <algorithm>

using namespace slipway;
using namespace slipway::test;

namespace {

new_server stranger(const std::string& name) {
    new_server s;
    s.name = name;
    return s;
}

bool tells(const std::vector<std::string>& story, const std::string& line) {
    return std::find(story.begin(), story.end(), line) != story.end();
}

}  // namespace

TEST_CASE("not to be had here: the next place is tried") {
    for (const fault f : {fault::unavailable, fault::invalid}) {
        one_engine h;
        h.fail(site::create_server, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "active");
        CHECK(h.all<server_created>(web).front().location == "nbg1");
        h.end_cleanly(web);
    }
}

TEST_CASE("not to be had anywhere: it fails and leaves nothing") {
    one_engine h;
    h.fail(site::create_server, 1, fault::unavailable);
    h.fail(site::create_server, 2, fault::unavailable);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "failed");
    CHECK(h.all<slipway::failed>(web).front().code == failure_code::unavailable);
    h.rules.nothing_left();
}

TEST_CASE("a stranger has the name: the next name is taken and the stranger is left alone") {
    one_engine h;
    h.u.cloud.create_server(stranger("web1"), fault::none);
    h.u.cloud.create_server(stranger("web1-2"), fault::none);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "active");
    CHECK(h.all<server_created>(web).front().server_name == "web1-3");
    h.end_cleanly(web);
    CHECK(h.u.cloud.servers().size() == 2);
}

TEST_CASE("a lost answer: the server is looked for and adopted, not made again") {
    for (const fault f : {fault::lost_reply, fault::done_but_server_error, fault::bad_answer, fault::repeated}) {
        one_engine h;
        h.fail(site::create_server, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "active");
        CHECK(h.all<server_created>(web).front().adopted);
        CHECK(h.calls(site::create_server) == 1);
        h.end_cleanly(web);
    }
}

TEST_CASE("a lost key answer: the key is looked for and still ours") {
    for (const fault f : {fault::lost_reply, fault::done_but_server_error, fault::bad_answer, fault::repeated}) {
        one_engine h;
        h.fail(site::create_key, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.all<key_created>(web).front().ours);
        CHECK(h.calls(site::create_key) == 1);
        h.end_cleanly(web);
    }
}

TEST_CASE("a request that is carried out after everybody gave up: its server is found, or its late twin refused") {
    one_engine h;
    h.fail(site::create_server, 1, fault::late);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "active");
    h.end_cleanly(web);
}

TEST_CASE("an outcome that nobody knows, and then an end: it is looked for until it cannot come any more") {
    for (const fault f : {fault::late, fault::lost_request}) {
        one_engine h;
        h.fail(site::create_server, 1, f);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 1; }, 1min));
        h.host.run_for(1s);
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "terminated");
        CHECK(h.all<server_deleted>(web).front().existed == (f == fault::late));
        h.host.run_for(10min);
        h.rules.nothing_left();
    }
}

TEST_CASE("a request of unknown outcome is still feared when a later one has made the server") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        one_engine h(seed);
        h.host.run_for(10min);  // longer ago than any request of an earlier process
        h.fail(site::create_server, 1, fault::late);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.u.cloud.servers().size() == 1; }, 5min));
        h.host.run_for(100ms);
        REQUIRE(h.end(web));
        h.host.run_for(10min);
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("the last request of unknown outcome counts, not the first") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        one_engine h(seed);
        h.host.run_for(10min);  // longer ago than any request of an earlier process
        for (int i = 1; i <= 4; ++i) h.fail(site::create_server, i, fault::lost_request);
        h.fail(site::create_server, 5, fault::late);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 5; }, 10min));
        REQUIRE(h.end(web));
        h.host.run_for(10min);
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("an adoption after two unknown requests does not end the fear of the second") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        one_engine h(seed);
        h.host.run_for(10min);  // longer ago than any request of an earlier process
        h.fail(site::create_server, 1, fault::late);
        h.fail(site::create_server, 2, fault::late);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return !h.all<server_created>(web).empty(); }, 5min));
        CHECK(h.all<server_created>(web).front().still_unknown == 1);
        REQUIRE(h.end(web));
        h.host.run_for(10min);
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("a VM that was at rest meanwhile still fears its late request") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        one_engine h(seed);
        h.host.run_for(10min);  // longer ago than any request of an earlier process
        h.fail(site::create_key, 1, fault::late);
        h.fail(site::create_server, 1, fault::quota);
        h.fail(site::delete_key, 1, fault::protected_resource);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "failed");
        REQUIRE(h.end(web));
        h.host.run_for(10min);
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("the wall clock jumps while a late server is feared") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        one_engine h(seed);
        h.host.run_for(10min);  // longer ago than any request of an earlier process
        h.fail(site::create_server, 1, fault::late);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 1; }, 1min));
        REQUIRE(h.end(web));
        h.u.wall_ahead += 3'600'000;
        h.host.run_for(10min);
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("the wall clock jumps back while a retry is waited for: it is not waited for an hour") {
    one_engine h;
    h.fail(site::create_server, 1, fault::refused_by_server_error);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return !h.all<step_failed>(web).empty(); }, 1min));
    h.u.wall_ahead -= 3'600'000;
    REQUIRE(h.host.run_until_at_rest(web, 10min));
    CHECK(h.state(web) == "active");
}

TEST_CASE("locked while deleting: it waits and tries again without losing patience") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    const auto failures = [&] { return h.all<step_failed>(web).size(); };
    for (int i = 1; i <= 20; ++i) h.fail(site::delete_server, i, fault::locked);
    const std::int64_t before = h.u.time.now();
    const std::size_t written = h.events(web).size();
    h.end_cleanly(web);
    // 3, 6, 12 … s, then every five minutes; and the same news is written down once.
    CHECK(h.u.time.now() - before > 60 * 60'000);
    CHECK(h.u.time.now() - before < 80 * 60'000);
    CAPTURE(h.story(web));
    CHECK(failures() == 1);
    CHECK(h.events(web).size() - written < 10);
}

TEST_CASE("rate limited: it waits as long as it is told and loses no attempt") {
    one_engine h;
    for (int i = 1; i <= 50; ++i) h.fail(site::create_server, i, fault::rate_limited);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "active");
    h.end_cleanly(web);
}

TEST_CASE("a token that is revoked half-way: what is left is written down, and deleted when it works again") {
    one_engine h;
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.u.cloud.servers().size() == 1; }, 5min));
    h.faults.otherwise = [](site s) {
        const bool asks_hetzner = s >= site::create_key && s <= site::wait_actions;
        return asks_hetzner ? fault::unauthorized : fault::none;
    };
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    const auto left = h.all<termination_failed>(web).front().leaked;
    REQUIRE(left.size() == 2);
    CHECK(left[0].kind == resource_kind::server);
    CHECK(left[0].name == "web1");
    CHECK(left[0].id != 0);
    CHECK(left[1].kind == resource_kind::ssh_key);
    CHECK(h.request(spec_named("web1")).text.empty());  // its name is not free
    h.faults.otherwise = nullptr;
    h.end_cleanly(web);
}

TEST_CASE("a token that never worked: it fails at once and owes nothing") {
    one_engine h;
    h.fail(site::create_key, 1, fault::unauthorized);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "failed");
    CHECK(h.all<slipway::failed>(web).front().code == failure_code::unauthorized);
    CHECK(h.all<cleaned_up>(web).front().leaked.empty());
    CHECK(h.u.requests == 1 + 1);
}

TEST_CASE("clean-up that fails leaves a leak that an end can take up") {
    one_engine h;
    h.fail(site::run_recipe, 1, fault::recipe_fails);
    h.fail(site::delete_server, 1, fault::protected_resource);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "failed");
    CHECK(h.all<cleaned_up>(web).front().leaked.size() == 1);
    h.end_cleanly(web);
}

TEST_CASE("a recipe that fails, or does not end, is not run again; the VM is cleaned up") {
    for (const fault f : {fault::recipe_fails, fault::recipe_hangs}) {
        one_engine h;
        h.fail(site::run_recipe, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "failed");
        const auto why = h.all<slipway::failed>(web).front();
        CHECK(why.code == failure_code::recipe_failed);
        CHECK_THAT(why.message, contains(f == fault::recipe_fails ? "exit code 1" : "300 s"));
        CHECK_THAT(why.message, !contains("installing"));
        CHECK_THAT(why.output, contains("installing"));
        CHECK(h.calls(site::run_recipe) == 1);
        h.rules.nothing_left();
    }
}

TEST_CASE("a session that breaks during the recipe: its result is collected") {
    for (const fault f : {fault::closes, fault::stalls, fault::refuses}) {
        one_engine h;
        h.fail(site::run_recipe, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.state(web) == "active");
        // A recipe has its own deadline; past it nothing is known that a second look would change.
        const auto missing = h.all<activated>(web).front().missing;
        REQUIRE(missing.size() == (f == fault::stalls ? 1 : 0));
        if (f == fault::stalls) CHECK(missing.front().what == shortcoming_kind::recipe_result);
        h.end_cleanly(web);
        h.rules.nothing_left();
    }
}

TEST_CASE("servers that are no use are deleted again") {
    for (const fault f : {fault::never_boots, fault::no_address, fault::stranger_answers, fault::action_fails}) {
        one_engine h;
        h.fail(site::create_server, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        INFO(name(f));
        CHECK(h.state(web) == "failed");
        h.rules.nothing_left();
    }
}

TEST_CASE("many who wait for one look into the project are told of its failure by the first") {
    one_engine h;
    h.u.outage_until = h.u.time.now() + 500;
    for (const char* name : {"a", "b", "c", "d", "e"}) h.request(spec_named(name, std::string("ssh-ed25519 AAAA") + name));
    REQUIRE(h.host.run_until([&] { return h.calls(site::survey) >= 1 && h.u.time.now() > 400; }, 1min));
    CHECK(h.u.requests == 1);
    REQUIRE(h.host.run_until([&] { return h.u.cloud.servers().size() == 5; }, 5min));
}

TEST_CASE("a host that shows another key to a process that has not made it is held until somebody says what it is") {
    one_engine h;
    h.fail(site::create_server, 1, fault::stranger_answers);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.state(web) == "server_created"; }, 5min));
    h.host.crash();
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "server_created");
    REQUIRE(h.all<held>(web).size() == 1);
    CHECK(h.all<held>(web).front().code == failure_code::wrong_host_key);
    h.host.run_for(24h);
    CHECK(h.u.cloud.of_stream(web.text).size() == 1);
    h.end_cleanly(web);
}

TEST_CASE("a server that somebody else deleted: gone is gone") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    h.u.cloud.take_away(h.all<server_created>(web).front().server_id);
    h.end_cleanly(web);
    CHECK_FALSE(h.all<server_deleted>(web).front().existed);
}

TEST_CASE("handing over breaks half-way or after the deed: the second time finds it done") {
    for (const fault f : {fault::closes, fault::half_way, fault::stalls, fault::refuses}) {
        one_engine h;
        h.fail(site::hand_over, 1, f);
        const stream_id web = h.live(spec_named("web1"));
        INFO(name(f));
        CHECK(h.state(web) == "active");
        CHECK(tells(h.story(web), "step_started hand_over"));
        h.end_cleanly(web);
    }
}

TEST_CASE("an end in the middle of waiting cuts the wait short") {
    for (const site s : {site::reach_ssh, site::run_recipe, site::prepare_keys, site::hand_over}) {
        one_engine h;
        INFO(name(s));
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.calls(s) == 1; }, 5min));
        const std::int64_t before = h.u.time.now();
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until([&] { return h.calls(site::delete_server) == 1; }, 10min));
        CHECK(h.u.time.now() - before < 100);
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("an end while a retry is waited for does not wait for it") {
    one_engine h;
    for (int i = 1; i <= 7; ++i) h.fail(site::create_server, i, fault::refused_by_server_error);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.all<step_failed>(web).size() == 7; }, 10min));
    const std::int64_t before = h.u.time.now();
    REQUIRE(h.end(web));
    h.host.run_for(500ms);
    CHECK(h.all<step_started>(web).back().step == step::delete_server);
    CHECK(h.u.time.now() - before <= 510);
    REQUIRE(h.host.run_until_at_rest(web));
}

TEST_CASE("the log cannot be written for a while in the middle of a life: it waits and goes on") {
    one_engine h;
    bool full = true;
    h.faults.otherwise = [&](site s) {
        return full && s == site::append && h.calls(s) > 1 ? fault::unavailable_log : fault::none;
    };
    const stream_id web = h.request(spec_named("web1"));
    h.host.run_for(10min);
    CHECK(h.u.log.records().size() == 1);
    CHECK(h.host.log_troubles() > 10);
    CHECK(h.u.requests == 0);
    full = false;
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "active");
    h.end_cleanly(web);
}

TEST_CASE("an append that was stored although the log said no is not stored twice") {
    one_engine h;
    h.faults.otherwise = [n = 0](site s) mutable {
        return s == site::append && ++n % 2 == 0 ? fault::torn : fault::none;
    };
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until_at_rest(web, 10min));  // with what is stored twice this would go on for ever
    CHECK(h.state(web) == "active");
    CHECK(h.story(web).size() == 13);
}
