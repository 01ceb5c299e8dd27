// The process dies or is stopped at every moment of a life; the next one finishes what it finds.
#include "tests/engine/house.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

void lives_on(house& h, const stream_id& web) {
    REQUIRE(h.home.run_until_at_rest(web));
    CHECK(h.state(web) == "active");
    REQUIRE(h.end(web));
    REQUIRE(h.home.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    h.home.run_for(10min);
    h.rules.nothing_left();
}

}  // namespace

TEST_CASE("stopped in good order at every call of a life, and started again") {
    std::size_t calls = 0;
    {
        house h;
        h.live(spec_named("web1"));
        calls = h.faults.calls.size();
    }
    for (std::size_t n = 4; n <= calls; ++n) {
        INFO("stopped at call " << n << " of " << calls);
        house h;
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.home.run_until([&] { return h.faults.calls.size() >= n; }, 10min));
        h.home.stop();
        h.u.time.after(1s, [] {});
        h.home.run_for(2s);
        h.home.start();
        lives_on(h, web);
    }
}

TEST_CASE("killed at every call of a life, before it left and after it was carried out") {
    std::vector<site> calls;
    {
        house h;
        h.live(spec_named("web1"));
        calls = h.faults.calls;
    }
    for (std::size_t n = 0; n < calls.size(); ++n)
        for (const fault f : {fault::crash_before, fault::crash_after}) {
            if (calls[n] == site::open_project) continue;
            INFO(name(f) << " at call " << n << ", " << name(calls[n]));
            house h;
            h.faults.at[n] = f;
            h.home.run_for(1s);
            stream_id web = h.request(spec_named("web1"), "c1");
            if (web.text.empty()) {
                REQUIRE(h.home.run_until([&] { return h.home.running(); }, 1min));
                web = h.request(spec_named("web1"), "c1");
            }
            REQUIRE_FALSE(web.text.empty());
            lives_on(h, web);
        }
}

// A second order would be refused because the name is taken. Or because the first one took the project's last place.
TEST_CASE("a process that died of its order: the next one looks first, and does not order again") {
    for (const site order : {site::create_key, site::create_server}) {
        house h;
        h.fail(order, 1, fault::crash_after);
        const stream_id web = h.live(spec_named("web1"));
        CHECK(h.calls(order) == 1);
        lives_on(h, web);
    }
}

TEST_CASE("what is at rest costs a restart nothing") {
    house h;
    const stream_id web = h.live(spec_named("web1"));
    h.home.stop();
    const std::size_t calls = h.faults.calls.size();
    h.home.start();
    h.home.run_for(1min);
    CHECK(h.faults.calls.size() == calls + 1);
    lives_on(h, web);
}

TEST_CASE("a restart keeps to the plan: it waits for the retry that was planned") {
    house h;
    const stream_id web = h.live(spec_named("web1"));
    for (int i = 1; i <= 3; ++i) h.fail(site::delete_server, i, fault::refused_by_server_error);
    REQUIRE(h.end(web));
    REQUIRE(h.home.run_until([&] { return h.all<step_failed>(web).size() == 3; }, 20min));
    const timestamp due = *h.all<step_failed>(web).back().retry_at;
    h.home.crash();
    REQUIRE(h.home.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    CHECK(h.all<step_started>(web)[h.all<step_started>(web).size() - 2].at >= due);
    h.rules.nothing_left();
}

TEST_CASE("commands and resume at the same moment do not give a VM two drivers") {
    house h;
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.home.run_until([&] { return h.calls(site::create_server) == 1; }, 1min));
    h.home.stays_down = true;
    h.home.crash();
    h.home.start();
    h.home.submit({end_vm{"asked"}, web, "cli:alice", {}}, [](const result<receipt>& r) { CHECK(r); });
    REQUIRE(h.home.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    h.home.run_for(10min);
    h.rules.nothing_left();
}
