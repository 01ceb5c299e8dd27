// An engine that believes it still holds a lease: what it may do until it hears that it does not.
#include "tests/engine/two_engines.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("a lease is taken away, at every call of a life: nothing more is stored under it") {
    const std::size_t calls = calls_of_a_life();
    std::size_t cut = 0;
    for (std::size_t n = 2; n <= calls; ++n) {
        INFO("taken at call " << n << " of " << calls);
        two_engines t(n);
        t.two.stays_down = true;
        t.two.crash();
        t.one.submit(t.order("web1", "make web1"), [](const result<receipt>&) {});
        REQUIRE(t.one.run_until([&] { return t.faults.calls.size() >= n; }, 1h));
        if (t.rules.states().empty()) continue;
        const stream_id web = t.rules.states().begin()->first;
        t.steal(web.text);
        const std::size_t had = t.events(web);
        t.one.run_for(1min);
        CHECK(t.events(web) == had);
        ++cut;
        t.lives_and_ends(web);
    }
    CHECK(cut > 20);
}

TEST_CASE("a request whose key has become another's while it waited for its turn is not sent") {
    int waited_long_enough = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        two_engines t(seed);
        t.faults.nth[{site::create_key, 1}] = fault::waits;
        const stream_id web = t.request(t.one, "web1");
        REQUIRE(t.one.run_until([&] { return t.faults.calls.back() == site::create_key; }, 5min));
        const vm_spec& spec = t.state(web).data.spec;
        t.steal("key " + spec.provider + " " + spec.key_fingerprint);
        t.one.run_for(11s);  // by the next renewal it has heard of it
        if (t.u.cloud.keys().empty()) {
            ++waited_long_enough;
            t.one.run_for(75s);
            CHECK(t.u.cloud.keys().empty());
        }
        t.lives_and_ends(web);
    }
    CHECK(waited_long_enough >= 5);
}

TEST_CASE("an engine dies with a request on its way: the next one does not believe too early that there is nothing") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        INFO("seed " << seed);
        two_engines t(seed);
        new_ssh_key laptop;  // it stays: Hetzner would refuse a server whose key is gone
        laptop.name = "laptop";
        laptop.public_key = spec_named("web1").public_key;
        REQUIRE(t.u.cloud.create_ssh_key(laptop));
        t.faults.nth[{site::create_server, 1}] = fault::late;
        const stream_id web = t.request(t.one, "web1");
        REQUIRE(t.one.run_until([&] { return t.faults.calls.back() == site::create_server; }, 5min));
        t.one.stays_down = true;
        t.one.crash();
        const auto answer = t.two.ask({end_vm{"asked"}, web, "cli:bob", "end"});
        REQUIRE(answer.has_value());
        REQUIRE(answer->has_value());
        REQUIRE(t.two.run_until([&] { return t.state(web).in("terminated"); }, 30min));
        t.two.run_for(10min);
        t.rules.nothing_left();
    }
}

TEST_CASE("an engine whose lease ran out takes it again: what it had sent before is still on its way") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        INFO("seed " << seed);
        two_engines t(seed);
        t.two.stays_down = true;
        t.two.crash();
        t.one.run_for(2min);  // of an engine that has just begun, nothing is believed soon
        t.faults.nth[{site::create_key, 1}] = fault::late;
        const stream_id web = t.request(t.one, "web1");
        REQUIRE(t.one.run_until([&] { return t.faults.calls.back() == site::create_key; }, 5min));
        t.faults.otherwise = [](site s) { return s == site::lease ? fault::unavailable_log : fault::none; };
        t.one.run_for(lease_model::duration * 9 / 10);  // it has counted it as lost by now, and the store has not
        t.faults.otherwise = nullptr;
        REQUIRE(t.one.ask({end_vm{"asked"}, web, "cli:bob", "end"}).has_value());
        REQUIRE(t.one.run_until([&] { return t.state(web).in("terminated"); }, 30min));
        t.one.run_for(10min);
        t.rules.nothing_left();
    }
}

TEST_CASE("an end that another engine takes cuts short what only waits") {
    two_engines t;
    t.faults.nth[{site::create_server, 1}] = fault::never_boots;
    const stream_id web = t.request(t.one, "web1");
    REQUIRE(t.one.run_until([&] { return t.state(web).in("server_created"); }, 5min));
    const auto answer = t.two.ask({end_vm{"asked"}, web, "cli:bob", "end"});
    REQUIRE(answer.has_value());
    REQUIRE(answer->has_value());
    REQUIRE(t.run_until_at_rest(web, milliseconds{1000 * t.state(web).data.spec.ssh_timeout_s / 2}));
    CHECK(t.state(web).in("terminated"));
}

TEST_CASE("what an engine is at is cut short when it hears that the VM has become another's") {
    int long_enough = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        two_engines t(seed);
        const stream_id web = t.request(t.one, "web1");
        REQUIRE(t.one.run_until([&] { return t.faults.calls.back() == site::run_recipe; }, 5min));
        t.steal(web.text);
        t.one.run_for(11s);
        if (t.one.recipe_output().empty()) {
            ++long_enough;
            t.one.run_for(75s);
            CHECK(t.one.recipe_output().empty());
        }
        t.lives_and_ends(web);
    }
    CHECK(long_enough >= 3);
}
