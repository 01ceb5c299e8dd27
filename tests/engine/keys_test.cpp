// SSH keys are unique by material and shared by VMs: who made it, who deletes it, and when.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

const std::string alice = "ssh-ed25519 AAAAalice alice";

new_ssh_key made_by_hand(const std::string& name, const std::string& material) {
    new_ssh_key k;
    k.name = name;
    k.public_key = material;
    return k;
}

}  // namespace

TEST_CASE("two VMs share a key: the first end keeps it, the last one deletes it") {
    one_engine h;
    const stream_id a = h.live(spec_named("a"));
    const stream_id b = h.live(spec_named("b"));
    CHECK(h.u.cloud.keys().size() == 1);
    CHECK(h.all<key_created>(b).front().ours);
    REQUIRE(h.end(a));
    REQUIRE(h.host.run_until_at_rest(a));
    REQUIRE(h.all<key_kept>(a).size() == 1);
    CHECK_THAT(h.all<key_kept>(a).front().why, contains("1 other VM"));
    CHECK(h.u.cloud.keys().size() == 1);
    REQUIRE(h.end(b));
    REQUIRE(h.host.run_until_at_rest(b));
    CHECK(h.all<key_deleted>(b).front().existed);
    h.rules.nothing_left();
}

TEST_CASE("a VM that finds the key there is in no doubt about it, and its end waits for nothing") {
    one_engine h;
    const stream_id a = h.live(spec_named("a"));
    const stream_id b = h.live(spec_named("b"));
    CHECK(h.host.state(b).data.keys_in_doubt() == 0);
    for (const stream_id& s : {b, a}) {
        const std::int64_t asked = h.u.time.now();
        REQUIRE(h.end(s));
        REQUIRE(h.host.run_until_at_rest(s));
        CHECK(h.state(s) == "terminated");
        CHECK(h.u.time.now() - asked < 10'000);
    }
    CHECK(h.all<step_failed>(b).empty());
    h.rules.nothing_left();
}

TEST_CASE("both end at the same moment: one of them deletes the key") {
    one_engine h;
    const stream_id a = h.live(spec_named("a"));
    const stream_id b = h.live(spec_named("b"));
    for (const stream_id& s : {a, b}) h.host.submit({end_vm{"asked"}, s, "cli:alice", {}}, [](const auto&) {});
    REQUIRE(h.host.run_until([&] { return h.state(a) == "terminating" && h.state(b) == "terminating"; }, 1s));
    REQUIRE(h.host.run_until_at_rest(a));
    REQUIRE(h.host.run_until_at_rest(b));
    h.rules.nothing_left();
}

TEST_CASE("a VM that needs the key while the last one deletes it waits, and makes it anew") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        one_engine h(seed);
        const stream_id a = h.live(spec_named("a"));
        REQUIRE(h.end(a));
        REQUIRE(h.host.run_until([&] { return h.calls(site::delete_key) == 1; }, 10min));
        const stream_id b = h.live(spec_named("b"));
        CHECK(h.state(b) == "active");
        CHECK(h.u.cloud.keys().size() == 1);
    }
}

TEST_CASE("a key's deletion that waits for its turn is waited for: nobody gets the key that is about to go") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        one_engine h(seed);
        const stream_id a = h.live(spec_named("a"));
        h.fail(site::delete_key, 1, fault::waits);
        REQUIRE(h.end(a));
        REQUIRE(h.host.run_until([&] { return h.calls(site::delete_key) == 1; }, 10min));
        const stream_id b = h.live(spec_named("b"));
        CHECK(h.state(b) == "active");
        CHECK(h.all<key_created>(b).front().key_id != h.all<key_created>(a).front().key_id);
        h.host.run_for(5min);
        CHECK(h.u.cloud.keys().size() == 1);
    }
}

TEST_CASE("a key that was there before is used and left alone") {
    one_engine h;
    REQUIRE(h.u.cloud.create_ssh_key(made_by_hand("laptop", alice)));
    const stream_id web = h.live(spec_named("web1", alice));
    CHECK_FALSE(h.all<key_created>(web).front().ours);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK_THAT(h.all<key_kept>(web).front().why, contains("before slipway"));
    CHECK(h.u.cloud.keys().size() == 1);
}

TEST_CASE("another key has the name: ours gets a name of its own") {
    one_engine h;
    const auto spec = spec_named("web1", alice);
    REQUIRE(h.u.cloud.create_ssh_key(made_by_hand(spec.key_name, "ssh-ed25519 AAAAother")));
    const stream_id web = h.live(spec);
    CHECK(h.state(web) == "active");
    CHECK(h.u.cloud.keys().size() == 2);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.u.cloud.keys().size() == 1);
}

TEST_CASE("a VM that fails before it has the key does not leave it to nobody") {
    one_engine h;
    const stream_id a = h.live(spec_named("a"));
    // b is on its way to the key when a ends; then b cannot go on.
    for (int i = 1; i <= 2; ++i) h.fail(site::create_key, i, fault::conflict);
    h.fail(site::create_key, 3, fault::unauthorized);
    const stream_id b = h.request(spec_named("b"));
    REQUIRE(h.host.run_until([&] { return !h.all<step_failed>(b).empty(); }, 1min));
    REQUIRE(h.end(a));
    REQUIRE(h.host.run_until_at_rest(a));
    REQUIRE(h.host.run_until_at_rest(b));
    CHECK(h.state(b) == "failed");
    h.rules.nothing_left();
}

TEST_CASE("a VM whose server could not be deleted does not leave the shared key to nobody") {
    one_engine h;
    const stream_id a = h.live(spec_named("a"));
    const stream_id b = h.live(spec_named("b"));
    h.fail(site::delete_server, 1, fault::protected_resource);
    REQUIRE(h.end(a));
    REQUIRE(h.host.run_until_at_rest(a));
    CHECK(h.state(a) == "termination_failed");
    REQUIRE(h.end(b));
    REQUIRE(h.host.run_until_at_rest(b));
    REQUIRE(h.end(a));
    REQUIRE(h.host.run_until_at_rest(a));
    CHECK(h.state(a) == "terminated");
    h.rules.nothing_left();
}

TEST_CASE("a VM that remembers a key that is gone lets go of the one that took its place") {
    one_engine h;
    const stream_id a = h.live(spec_named("a"));
    // Deleted, but it did not hear of it, and then could not try again.
    h.fail(site::delete_key, 1, fault::lost_reply);
    h.fail(site::delete_key, 2, fault::protected_resource);
    REQUIRE(h.end(a));
    REQUIRE(h.host.run_until_at_rest(a));
    CHECK(h.state(a) == "termination_failed");
    const stream_id b = h.live(spec_named("b"));
    REQUIRE(h.end(b));
    REQUIRE(h.host.run_until_at_rest(b));
    REQUIRE(h.host.run_until([&] { return h.state(a) == "terminated"; }, 2h));
    h.rules.nothing_left();
}

TEST_CASE("a request that was delivered twice and a look that failed: the key is not forgotten") {
    one_engine h;
    h.fail(site::create_key, 1, fault::repeated);
    h.fail(site::find_key, 1, fault::bad_answer);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return !h.all<step_failed>(web).empty(); }, 1min));
    CHECK(h.all<step_failed>(web).front().unknown);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    h.rules.nothing_left();
}

TEST_CASE("a key of unknown outcome, and then an end: it is looked for until it cannot come any more") {
    for (const fault f : {fault::late, fault::lost_request, fault::lost_reply}) {
        one_engine h;
        h.fail(site::create_key, 1, f);
        if (f == fault::lost_reply) h.fail(site::find_key, 1, fault::lost_reply);
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until([&] { return h.calls(site::create_key) == 1; }, 1min));
        REQUIRE(h.end(web));
        h.host.run_for(20min);
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}
