// What could not be deleted is not forgotten: it is tried again without end, slowly, and without a word.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("an outage of all deletions: what is left is tried again without end, and is gone when it is over") {
    one_engine h;
    h.fail(site::run_recipe, 1, fault::recipe_fails);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.calls(site::run_recipe) == 1; }, 30min));
    h.u.outage_until = h.u.time.now() + 30 * 3'600'000;
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "failed");
    CHECK(h.host.state(web).data.leaked.size() == 2);
    h.host.run_for(24h);
    CHECK(h.host.state(web).data.leaked.size() == 2);
    const std::size_t written = h.events(web).size();
    const std::uint64_t asked = h.u.requests;
    h.host.run_for(5h);
    CHECK(h.events(web).size() == written);
    CHECK(h.u.requests - asked <= 2);
    h.host.run_for(8h);
    CHECK(h.host.state(web).data.leaked.empty());
    CHECK(h.state(web) == "failed");
    CHECK(h.u.log.heads({}).front().ended);
    h.rules.nothing_left();
}
