// Two engines on one log: who works on what, and what becomes of it when one of them dies, sleeps past the end of its
// lease, or is not alone although it thinks so.
#include "tests/engine/two_engines.hpp"

#include <boost/asio/co_spawn.hpp>

using namespace slipway;
using namespace slipway::test;

TEST_CASE("two engines share the work, and no step is begun twice") {
    two_engines t;
    std::vector<stream_id> all;
    for (int i = 0; i < 10; ++i) all.push_back(t.request(i % 2 ? t.one : t.two, "web" + std::to_string(i)));
    for (const stream_id& web : all) {
        REQUIRE(t.run_until_at_rest(web));
        CHECK(t.state(web).in("active"));
        for (const step s : {step::register_key, step::create_server, step::run_recipe, step::hand_over})
            CHECK(t.steps(web, s) == 1);
    }
}

TEST_CASE("an engine dies: the other takes its VMs over when the leases have run out") {
    two_engines t;
    const stream_id web = t.request(t.one, "web1");
    REQUIRE(t.one.run_until([&] { return t.state(web).in("server_created"); }, 5min));
    t.one.stays_down = true;
    t.one.crash();
    const std::int64_t died = t.u.time.now();
    const std::size_t had = t.events(web);
    REQUIRE(t.two.run_until([&] { return t.events(web) > had; }, 5min));
    CHECK(t.u.time.now() - died <= 3 * lease_model::duration.count());
    t.lives_and_ends(web);
}

TEST_CASE("an engine that stops in good order lets go: the other need not wait for the end of the leases") {
    two_engines t;
    const stream_id web = t.request(t.one, "web1");
    REQUIRE(t.one.run_until([&] { return t.state(web).in("server_created"); }, 5min));
    t.one.stop();
    const std::int64_t stopped = t.u.time.now();
    const std::uint64_t epoch = t.u.leases.epoch(web.text);
    REQUIRE(t.two.run_until([&] { return t.u.leases.epoch(web.text) > epoch; }, 1min));
    CHECK(t.u.time.now() - stopped < lease_model::duration.count() / 2);
    t.lives_and_ends(web);
}

TEST_CASE("who waits for a VM that another engine has taken over waits until it is at rest") {
    two_engines t;
    const stream_id web = t.request(t.one, "web1");
    std::optional<vm_state> seen;
    boost::asio::co_spawn(t.one.loop(), t.one.engine().until_at_rest(web),
                          [&](std::exception_ptr, vm_state state) { seen = std::move(state); });
    REQUIRE(t.one.run_until([&] { return t.state(web).in("server_created"); }, 5min));
    const std::uint64_t epoch = t.u.leases.epoch(web.text);
    t.one.pause(90s);
    t.one.run_for(90s);
    CHECK(t.u.leases.epoch(web.text) > epoch);
    REQUIRE(t.run_until_at_rest(web, 2h));
    REQUIRE(t.one.run_until([&] { return seen.has_value(); }, 1min));
    CHECK(seen->in("active"));
}

TEST_CASE("an engine sleeps past the end of its lease, at every call of a life; what it does then is fenced") {
    const std::size_t calls = calls_of_a_life();
    REQUIRE(calls > 30);
    int fenced = 0;
    for (std::size_t n = 2; n <= calls; ++n)
        for (const milliseconds sleep : {milliseconds{20s}, milliseconds{31s}, milliseconds{90s}}) {
            INFO("asleep for " << sleep.count() << " ms at call " << n << " of " << calls);
            two_engines t(n);
            t.one.submit(t.order("web1", "make web1"), [](const result<receipt>&) {});
            REQUIRE(t.one.run_until([&] { return t.faults.calls.size() >= n; }, 1h));
            t.one.pause(sleep);
            t.one.run_for(sleep);
            t.lives_and_ends(t.request(t.two, "web1"));
            fenced += t.one.appends_fenced();
            CHECK(t.two.appends_fenced() == 0);
        }
    CHECK(fenced > 0);
}

TEST_CASE("the store's clock jumps, so that both work on one VM: still one server, one key, one run") {
    const std::size_t calls = calls_of_a_life();
    for (std::size_t n = 2; n <= calls; ++n) {
        INFO("the clock jumps at call " << n);
        two_engines t(n);
        t.one.submit(t.order("web1", "make web1"), [](const result<receipt>&) {});
        REQUIRE(t.one.run_until([&] { return t.faults.calls.size() >= n; }, 1h));
        t.u.store_jumped = true;
        t.u.store_ahead += 60'000;
        t.lives_and_ends(t.request(t.two, "web1"));
    }
}

TEST_CASE("a request that waited for its turn past the end of the lease is not sent") {
    two_engines t;
    t.faults.nth[{site::create_server, 1}] = fault::waits;
    const stream_id web = t.request(t.one, "web1");
    REQUIRE(
        t.one.run_until([&] { return !t.faults.calls.empty() && t.faults.calls.back() == site::create_server; }, 5min));
    const std::uint64_t sent = t.u.requests;
    t.one.pause(10min);
    t.one.run_for(10min);
    const std::uint64_t by_two = t.u.requests;
    CHECK(by_two > sent);
    CHECK(t.state(web).in("active"));
    t.one.run_for(5min);
    CHECK(t.u.requests == by_two);
    t.lives_and_ends(web);
}

TEST_CASE("an end that one engine takes is heard by the one that works on the VM") {
    two_engines t;
    const stream_id web = t.request(t.one, "web1");
    REQUIRE(t.one.run_until([&] { return t.state(web).in("server_created"); }, 5min));
    const auto answer = t.two.ask({end_vm{"asked"}, web, "cli:bob", "end"});
    REQUIRE(answer.has_value());
    REQUIRE(answer->has_value());
    REQUIRE(t.run_until_at_rest(web, 5min));
    CHECK(t.state(web).in("terminated"));
    CHECK(t.u.leases.epoch(web.text) == 1);  // nobody had to take it over
    t.rules.nothing_left();
}

TEST_CASE("one name, one VM, whichever engine is asked, and at the same moment") {
    two_engines t;
    std::vector<result<receipt>> answers;
    const auto hear = [&](const result<receipt>& r) { answers.push_back(r); };
    t.one.submit(t.order("web1", "alice's"), hear);
    t.two.submit(t.order("web1", "bob's"), hear);
    REQUIRE(t.one.run_until([&] { return answers.size() == 2; }, 1min));
    CHECK(answers[0].has_value() != answers[1].has_value());
    const auto& no = answers[0] ? answers[1] : answers[0];
    CHECK(no.error().kind == error_kind::refused);
    CHECK(t.rules.states().size() == 1);
}

TEST_CASE("one command, given to both engines at the same moment, is one VM, and both give the same answer") {
    two_engines t;
    std::vector<result<receipt>> answers;
    const auto hear = [&](const result<receipt>& r) { answers.push_back(r); };
    t.one.submit(t.order("web1", "same"), hear);
    t.two.submit(t.order("web1", "same"), hear);
    REQUIRE(t.one.run_until([&] { return answers.size() == 2; }, 1min));
    REQUIRE(answers[0].has_value());
    REQUIRE(answers[1].has_value());
    CHECK(answers[0]->stream == answers[1]->stream);
    CHECK(answers[0]->repeated != answers[1]->repeated);
}

TEST_CASE("VMs of two engines that share a key: the last one deletes it, and no other") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        two_engines t(seed);
        std::vector<stream_id> all;
        for (int i = 0; i < 6; ++i) all.push_back(t.request(i % 2 ? t.one : t.two, "web" + std::to_string(i)));
        for (const stream_id& web : all) REQUIRE(t.run_until_at_rest(web));
        int command = 0;
        for (const stream_id& web : all)
            t.one.submit({end_vm{"asked"}, web, "cli:alice", "end" + std::to_string(command++)},
                         [](const result<receipt>&) {});
        for (const stream_id& web : all) REQUIRE(t.one.run_until([&] { return t.state(web).in("terminated"); }, 30min));
        t.one.run_for(1min);
        t.rules.nothing_left();
    }
}
