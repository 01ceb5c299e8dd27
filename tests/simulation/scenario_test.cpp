// The simulator itself: the same seed is the same run, the faults it draws really happen, and a broken rule is seen.
#include "tools/slipway-simulate/scenario.hpp"
#include "tests/engine/one_engine.hpp"

#include <set>

using namespace slipway;
using namespace slipway::test;

namespace {

scenario_options small(std::uint64_t seed) {
    scenario_options o;
    o.seed = seed;
    o.streams = 20;
    o.hours = 1;
    return o;
}

}  // namespace

TEST_CASE("the same seed gives the same run, event for event; another seed another one") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        std::string first, second;
        auto o = small(seed);
        o.trace = [&](const std::string& line) { first += line + "\n"; };
        const auto a = run(o);
        o.trace = [&](const std::string& line) { second += line + "\n"; };
        const auto b = run(o);
        CHECK(first == second);
        CHECK_FALSE(first.empty());
        CHECK(a.digest == b.digest);
        CHECK(a.requests == b.requests);
        CHECK(run(small(seed + 100)).digest != a.digest);
    }
}

TEST_CASE("a seed draws its own faults, and can be held to some of them") {
    std::set<std::string> drawn;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) drawn.insert(describe(draw(seed, {})));
    CHECK(drawn.size() == 50);
    CHECK(kinds(draw(3, std::set<fault>{})).empty());
}

TEST_CASE("nothing goes wrong where nothing may") {
    auto o = small(1);
    o.only.emplace();
    const auto r = run(o);
    CHECK(r.violations.empty());
    CHECK(r.lives == 20);
    CHECK(r.crashes == 0);
}

TEST_CASE("some of the lives are contracts, and some of those end by their own clock") {
    std::uint64_t lives = 0, contracts = 0, expired = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto r = run(small(seed));
        CHECK(r.violations.empty());
        lives += r.lives;
        contracts += r.contracts;
        expired += r.expired;
    }
    CHECK(contracts > lives / 4);
    CHECK(contracts < lives * 3 / 4);
    CHECK(expired > contracts / 10);
}

TEST_CASE("rules about contracts that are broken are seen") {
    one_engine h;
    h.expects_violations = true;
    contract_accepted c;
    c.contract_id = "c-1";
    c.spec = spec_named("dc-1");
    c.expires_at = h.u.wall() + 1h;
    const auto store = [&](const std::string& stream, const std::vector<event>& events, const std::string& actor) {
        append_request request;
        request.head.stream.text = stream;
        request.head.kind = contract_kind;
        request.expected_version = h.u.log.read_stream(request.head.stream, 0).size();
        for (const event& e : events) {
            new_event one;
            one.type = type_of(e);
            one.schema_version = version_of(e);
            one.event_id = stream + std::to_string(request.expected_version + request.events.size());
            one.at = h.u.wall();
            one.actor = actor;
            one.data = encode(e);
            request.events.push_back(one);
        }
        REQUIRE(h.u.log.append(request));
    };
    const auto kinds = [&] {
        std::set<violation_kind> all;
        for (const violation& v : h.rules.found()) all.insert(v.kind);
        return all;
    };
    store("one", {c}, "marketplace");
    CHECK(kinds().empty());
    store("two", {c}, "marketplace");
    CHECK(kinds() == std::set{violation_kind::accepted_twice});
    end_requested end;
    end.reason = "expired";
    store("two", {end}, "engine");
    CHECK(kinds() == std::set{violation_kind::accepted_twice, violation_kind::ended_early});
    store("one", {key_created{}, server_created{}, ssh_ready{}, recipe_run{}, activated{}}, "engine");
    h.rules.nothing_outlived(10min);
    CHECK(!kinds().contains(violation_kind::outlived));
    h.u.wall_ahead += 7'200'000;
    h.rules.nothing_outlived(10min);
    CHECK(kinds().contains(violation_kind::outlived));
}

TEST_CASE("a rule that is broken is seen: a server that nobody asked for") {
    one_engine h;
    h.expects_violations = true;
    const stream_id web = h.live(spec_named("web1"));
    new_server twin;
    twin.name = "web1-twin";
    twin.labels = h.u.cloud.of_stream(web.text).front()->seen.labels;
    REQUIRE(h.u.cloud.create_server(twin, fault::none));
    std::set<violation_kind> kinds;
    for (const violation& v : h.rules.found()) kinds.insert(v.kind);
    CHECK(kinds.contains(violation_kind::two_servers));
    CHECK(kinds.contains(violation_kind::unknown_server));
    new_ssh_key key;
    key.name = "lost";
    key.public_key = "ssh-ed25519 AAAAlost";
    key.labels = key_labels(install, web);
    REQUIRE(h.u.cloud.create_ssh_key(key));
    CHECK(h.rules.found().back().kind == violation_kind::unknown_key);
    h.rules.nothing_left();
    CHECK(h.rules.found().back().kind == violation_kind::stuck);
}
