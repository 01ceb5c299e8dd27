// A token of another project finds nothing there, and nothing found is no proof that something is gone.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

// What an end sees through another project's token, and when both were deleted by hand.
void nothing_is_there(one_engine& h, const stream_id& web) {
    h.u.cloud.take_away(h.all<server_created>(web).front().server_id);
    REQUIRE(h.u.cloud.delete_ssh_key(h.all<key_created>(web).front().key_id));
}

}  // namespace

TEST_CASE("neither the server nor its key is found: nothing is called deleted, and the owner is asked") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    nothing_is_there(h, web);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    const vm_state& s = h.host.state(web);
    CHECK(s.data.leaks(resource_kind::server));
    CHECK(s.data.leaks(resource_kind::ssh_key));
    CHECK(s.data.server.has_value());
    CHECK(s.data.key.has_value());
    CHECK(h.all<server_deleted>(web).empty());
    CHECK(h.all<key_deleted>(web).empty());
    const auto failures = h.all<step_failed>(web);
    REQUIRE(failures.size() == 2);
    CHECK_THAT(failures.front().message, contains("another project's token"));
    CHECK(failures.front().code == failure_code::other_project);

    SECTION("who asks once more has it gone") {
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "terminated");
        CHECK_FALSE(h.all<server_deleted>(web).front().existed);
    }
}

TEST_CASE("a token that did not work is replaced by another project's: what failed before is no permission") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    h.fail(site::delete_server, 1, fault::unauthorized);
    h.fail(site::delete_key, 1, fault::unauthorized);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    nothing_is_there(h, web);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    CHECK(h.all<server_deleted>(web).empty());
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
}

TEST_CASE("the server was deleted by hand and its key is there: it is gone") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    h.u.cloud.take_away(h.all<server_created>(web).front().server_id);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    h.rules.nothing_left();
}

TEST_CASE("one that fails on the way is not called cleaned up where nothing is found") {
    one_engine h;
    h.fail(site::run_recipe, 1, fault::recipe_fails);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.state(web) == "ssh_ready" && h.calls(site::run_recipe) == 1; }, 30min));
    nothing_is_there(h, web);
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "failed");
    CHECK(h.host.state(web).data.leaks(resource_kind::server));
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
}
