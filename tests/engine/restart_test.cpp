// The process dies or is stopped at every moment of a life; the next one finishes what it finds.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

void lives_on(one_engine& h, const stream_id& web) {
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "active");
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    h.host.run_for(10min);
    h.rules.nothing_left();
}

}  // namespace

TEST_CASE("stopped in good order at every call of a life, and started again") {
    std::size_t calls = 0;
    {
        one_engine h;
        h.live(spec_named("web1"));
        calls = h.faults.calls.size();
    }
    for (std::size_t n = 4; n <= calls; ++n) {
        INFO("stopped at call " << n << " of " << calls);
        one_engine h;
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.faults.calls.size() >= n; }, 10min));
        h.host.stop();
        h.u.time.after(1s, [] {});
        h.host.run_for(2s);
        h.host.start();
        lives_on(h, web);
    }
}

TEST_CASE("killed at every call of a life, before it left and after it was carried out") {
    std::vector<site> calls;
    {
        one_engine h;
        h.live(spec_named("web1"));
        calls = h.faults.calls;
    }
    for (std::size_t n = 0; n < calls.size(); ++n)
        for (const fault f : {fault::crash_before, fault::crash_after}) {
            if (calls[n] == site::open_project) continue;
            INFO(name(f) << " at call " << n << ", " << name(calls[n]));
            one_engine h;
            h.faults.at[n] = f;
            h.host.run_for(1s);
            stream_id web = h.request(spec_named("web1"), "c1");
            if (web.text.empty()) {
                REQUIRE(h.host.run_until([&] { return h.host.running(); }, 1min));
                web = h.request(spec_named("web1"), "c1");
            }
            REQUIRE_FALSE(web.text.empty());
            lives_on(h, web);
        }
}

// A second order would be refused because the name is taken. Or because the first one took the project's last place.
TEST_CASE("a process that died of its order: the next one looks first, and does not order again") {
    for (const site order : {site::create_key, site::create_server}) {
        one_engine h;
        h.fail(order, 1, fault::crash_after);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.calls(order) == 1);
        lives_on(h, web);
    }
}

TEST_CASE("what is at rest costs a restart nothing") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    h.host.stop();
    const std::size_t calls = h.faults.calls.size();
    h.host.start();
    h.host.run_for(1min);
    // What is unfinished, what has failed, what could not be ended: one look each.
    CHECK(h.faults.calls.size() == calls + 3);
    lives_on(h, web);
}

TEST_CASE("a restart keeps to the plan: it waits for the retry that was planned") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    for (int i = 1; i <= 15; ++i) h.fail(site::delete_server, i, fault::refused_by_server_error);
    REQUIRE(h.end(web));
    const auto half_an_hour = [&] {
        const auto failures = h.all<step_failed>(web);
        return !failures.empty() && *failures.back().retry_at - h.u.wall() > 20min;
    };
    REQUIRE(h.host.run_until(half_an_hour, 20min));
    const timestamp due = *h.all<step_failed>(web).back().retry_at;
    h.host.crash();
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    CHECK(h.all<step_started>(web)[h.all<step_started>(web).size() - 2].at >= due);
    h.rules.nothing_left();
}

TEST_CASE("commands and resume at the same moment do not give a VM two drivers") {
    one_engine h;
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 1; }, 1min));
    h.host.stays_down = true;
    h.host.crash();
    h.host.start();
    h.host.submit({end_vm{"asked"}, web, "cli:alice", {}}, [](const result<receipt>& r) { CHECK(r); });
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    h.host.run_for(10min);
    h.rules.nothing_left();
}
