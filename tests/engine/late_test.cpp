// Requests that are carried out when their caller has long given up, beside others of the same VM.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("two orders are late: the one that turned up is deleted twice over, and the other is still waited for") {
    const bool of_key = GENERATE(false, true);
    const site made = of_key ? site::create_key : site::create_server;
    const site deleted = of_key ? site::delete_key : site::delete_server;
    INFO((of_key ? "key" : "server"));
    int tried = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        one_engine h(seed);
        INFO("seed " << seed);
        for (const int n : {1, 2}) h.fail(made, n, fault::late);
        h.fail(deleted, 1, fault::repeated);  // the second delivery, which is heard, finds nothing
        const stream_id web = h.request(spec_named("web1"));
        // Where the first one turned up in time, there is no second one.
        tried += h.host.run_until([&] { return h.calls(made) == 2; }, 3min);
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        h.host.run_for(10min);
        h.rules.nothing_left();
    }
    CHECK(tried > 20);
}

TEST_CASE("a shared key is kept for another VM while a late request of ours is on its way, and the other deletes it") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        one_engine h(seed);
        INFO("seed " << seed);
        h.fail(site::create_key, 1, fault::late);
        h.fail(site::create_key, 3, fault::late);
        const stream_id a = h.request(spec_named("a"));
        REQUIRE(h.host.run_until([&] { return h.host.state(a).in("key_created"); }, 10min));
        const stream_id b = h.live(spec_named("b"));
        for (const stream_id& s : {a, b}) REQUIRE(h.end(s));
        for (const stream_id& s : {a, b}) REQUIRE(h.host.run_until_at_rest(s));
        h.host.run_for(10min);
        h.rules.nothing_left();
    }
}

TEST_CASE("a key of ours is kept for another VM only when a late request for it is over: else it would come anew") {
    int in_doubt = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        one_engine h(seed);
        INFO("seed " << seed);
        const auto end = [&](const stream_id& s) {
            h.host.submit({end_vm{"asked"}, s, "cli:alice", "end " + s.text}, [](const result<receipt>&) {});
        };
        const auto has_key = [&](const stream_id& s) {
            return h.host.run_until([&] { return !h.all<key_created>(s).empty(); }, 10min);
        };
        h.fail(site::create_key, 1, fault::late);
        const stream_id a = h.request(spec_named("a"));
        REQUIRE(has_key(a));
        in_doubt += h.all<key_created>(a).front().still_unknown > 0;
        const stream_id b = h.request(spec_named("b"));
        REQUIRE(has_key(b));
        end(a);
        h.host.run_until([&] { return h.host.state(a).in("terminated"); }, 10s);
        end(b);
        REQUIRE(h.host.run_until([&] { return h.host.state(a).in("terminated") && h.host.state(b).in("terminated"); }, 1h));
        h.host.run_for(10min);
        h.rules.nothing_left();
    }
    CHECK(in_doubt > 0);
}

TEST_CASE("a key that is kept for another VM is deleted later: that is not the late request turning up") {
    int late = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        one_engine h(seed);
        INFO("seed " << seed);
        h.fail(site::create_key, 1, fault::lost_request);
        const stream_id first = h.live(spec_named("web1"));
        h.host.run_for(10min);
        // Its key is gone, and it does not know; for a while it counts as one that has it.
        h.fail(site::delete_key, 1, fault::lost_reply);
        h.host.submit({end_vm{"asked"}, first, "cli:alice", "end first"}, [](const result<receipt>&) {});
        REQUIRE(h.host.run_until([&] { return h.calls(site::delete_key) == 1; }, 10min));
        h.fail(site::create_key, 1, fault::late);
        h.fail(site::create_key, 2, fault::late);
        const stream_id second = h.request(spec_named("web2"));
        h.host.run_for(70s);
        h.host.submit({end_vm{"asked"}, second, "cli:alice", "end second"}, [](const result<receipt>&) {});
        REQUIRE(h.host.run_until(
            [&] { return h.host.state(first).in("terminated") && h.host.state(second).in("terminated"); }, 1h));
        for (const key_created& made : h.all<key_created>(second)) late += made.still_unknown > 0;
        h.host.run_for(10min);
        h.rules.nothing_left();
    }
    CHECK(late > 0);
}

TEST_CASE("an order is late under a name that is a stranger's meanwhile: no second one is made under another name") {
    int adopted = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        one_engine h(seed);
        INFO("seed " << seed);
        h.fail(site::create_server, 1, fault::late);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 1; }, 10min));
        new_server stranger;
        stranger.name = "web1";
        const auto made = h.u.cloud.create_server(stranger, fault::none);
        REQUIRE(made);
        h.host.run_for(35s);  // the answer is given up, and the name is seen to be a stranger's
        h.u.cloud.take_away(made->server.id);
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "active");
        for (const server_created& e : h.all<server_created>(web)) adopted += e.adopted;
        h.host.run_for(10min);
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        h.rules.nothing_left();
    }
    CHECK(adopted > 0);
}

TEST_CASE("an order is late under a name that stays a stranger's: when its time is over another name is taken") {
    one_engine h;
    h.fail(site::create_server, 1, fault::late);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 1; }, 10min));
    new_server stranger;
    stranger.name = "web1";
    REQUIRE(h.u.cloud.create_server(stranger, fault::none));
    REQUIRE(h.host.run_until_at_rest(web, 5min));
    CHECK(h.state(web) == "active");
    CHECK(h.host.state(web).data.server->name == "web1-2");
}
