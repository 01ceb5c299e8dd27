// A token of another project finds nothing there, and nothing found is no proof that something is gone.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

// From now on the token is another project's.
void nothing_is_there(one_engine& h) {
    h.faults.otherwise = [](site s) { return s == site::open_project ? fault::foreign_token : fault::none; };
}

// And now it is the right one again.
void all_is_there(one_engine& h) { h.faults.otherwise = nullptr; }

}  // namespace

TEST_CASE("neither the server nor its key is found: nothing is called deleted, and and what is left is kept in mind") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    nothing_is_there(h);
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
    CAPTURE(h.story(web));
    REQUIRE(failures.size() == 2);
    CHECK_THAT(failures.front().message, contains("another project's"));
    CHECK(failures.front().code == failure_code::other_project);

    SECTION("who asks once more is told the same") {
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "termination_failed");
    }
    SECTION("with the right token it goes on by itself") {
        all_is_there(h);
        REQUIRE(h.host.run_until([&] { return h.state(web) == "terminated"; }, 24h));
        h.rules.nothing_left();
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
    nothing_is_there(h);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    CHECK(h.all<server_deleted>(web).empty());
    all_is_there(h);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
    h.rules.nothing_left();
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
    nothing_is_there(h);
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "failed");
    CHECK(h.host.state(web).data.leaks(resource_kind::server));
    all_is_there(h);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
}

TEST_CASE("an order was sent and not answered, and the token is another project's now: the doubt stays") {
    one_engine h;
    h.fail(site::create_server, 1, fault::crash_after);
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.u.crashes == 1; }, 30min));
    REQUIRE(h.u.cloud.of_stream(web.text).size() == 1);
    nothing_is_there(h);
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "failed");
    CHECK(h.host.state(web).data.leaks(resource_kind::server));
    CHECK(h.host.state(web).data.leaks(resource_kind::ssh_key));
    CHECK(h.all<server_deleted>(web).empty());
    CHECK(h.all<key_deleted>(web).empty());
    CHECK(h.u.elsewhere.servers().empty());

    SECTION("with the right one it is found and deleted, without being asked") {
        all_is_there(h);
        REQUIRE(h.host.run_until([&] { return h.host.state(web).data.leaked.empty(); }, 24h));
        CHECK(h.u.cloud.servers().empty());
        h.rules.nothing_left();
    }
    SECTION("with the right one who asks for its end has it gone at once") {
        all_is_there(h);
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web, 5min));
        CHECK(h.state(web) == "terminated");
        CHECK(h.u.cloud.servers().empty());
    }
}

TEST_CASE("a server that has the number and not the label is left alone") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    h.host.stop();
    const std::int64_t id = h.all<server_created>(web).front().server_id;
    h.u.cloud.relabel(id, {{"owner", "somebody"}});
    h.host.start();
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    REQUIRE(h.host.state(web).data.leaked.size() == 1);
    CHECK_THAT(h.host.state(web).data.leaked.front().why, contains("does not carry"));
    CHECK(h.u.cloud.servers().contains(id));
    h.u.cloud.relabel(id, server_labels({install, web, {}, {}, {}}, {}));  // for the rules at the end
    REQUIRE(h.host.run_until([&] { return h.state(web) == "terminated"; }, 24h));
}

TEST_CASE("begun under another project's token: where nothing was sent, nothing is bound") {
    one_engine h;
    h.faults.nth[{site::open_project, 1}] = fault::foreign_token;  // by the time the request leaves it is the right one
    h.faults.nth[{site::create_key, 1}] = fault::lost_reply;
    h.fail(site::find_key, 1, fault::lost_reply);
    const stream_id web = h.request(spec_named("web1"));
    const auto is_in_doubt = [&] { return h.host.state(web).data.key_unknown == 1; };
    REQUIRE(h.host.run_until(is_in_doubt, 5min));
    REQUIRE(h.story(web).at(2) == "step_failed register_key not_sent");
    CHECK(h.host.state(web).data.project == "home");
    SECTION("it goes on") {
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "active");
    }
    SECTION("it ends") {
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "terminated");
        h.rules.nothing_left();
    }
}

TEST_CASE("another project has a key of the same material: it is not deleted for the stream's own") {
    one_engine h;
    nothing_is_there(h);
    const vm_spec spec = spec_named("web1");
    SECTION("the stream's own is known") {}
    SECTION("the stream's own is in doubt") {
        h.faults.nth[{site::create_key, 1}] = fault::lost_reply;
        h.faults.nth[{site::find_key, 1}] = fault::unauthorized;
        h.faults.nth[{site::find_key, 2}] = fault::unauthorized;
    }
    const stream_id web = h.request(spec);
    const auto has_key = [&] {
        const spine& d = h.host.state(web).data;
        return d.server.has_value() || d.key_unknown > 0;
    };
    REQUIRE(h.host.run_until(has_key, 5min));
    all_is_there(h);
    new_ssh_key twin;
    twin.name = "twin";
    twin.public_key = spec.public_key;
    twin.labels = key_labels(install, stream_id{"another"});
    const std::int64_t key = h.u.cloud.create_ssh_key(twin)->id;
    CAPTURE(h.story(web));
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "termination_failed");
    CHECK(h.host.state(web).data.leaks(resource_kind::ssh_key));
    CHECK(h.u.cloud.keys().contains(key));
    CHECK(h.u.elsewhere.keys().size() == 1);
    nothing_is_there(h);
    REQUIRE(h.host.run_until([&] { return h.state(web) == "terminated"; }, 24h));
    CHECK(h.u.elsewhere.keys().empty());
    CHECK(h.u.elsewhere.servers().empty());
    CHECK(h.u.cloud.keys().contains(key));
    // The twin is nobody's: the audit tells of it.
    h.expects_violations = true;
    for (const violation& v : h.rules.found()) CHECK(v.kind == violation_kind::unknown_key);
}

TEST_CASE("a request that may have reached another project before a crash binds the stream to that one") {
    one_engine h;
    nothing_is_there(h);
    h.faults.nth[{site::create_key, 1}] = fault::crash_after;
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.u.crashes == 1; }, 5min));
    all_is_there(h);
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.host.state(web).data.project == "elsewhere");
    CHECK(h.state(web) == "failed");
    CHECK(h.host.state(web).data.leaks(resource_kind::ssh_key));
    nothing_is_there(h);
    REQUIRE(h.host.run_until([&] { return h.host.state(web).data.leaked.empty(); }, 24h));
    CHECK(h.u.elsewhere.keys().empty());
}

TEST_CASE("another VM's doubt in one project keeps no key in another") {
    one_engine h;
    nothing_is_there(h);
    const stream_id there = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.host.state(there).data.server.has_value(); }, 5min));
    h.fail(site::create_key, 1, fault::lost_reply);
    h.faults.otherwise = [](site s) { return s == site::find_key ? fault::unauthorized : fault::none; };
    const stream_id here = h.request(spec_named("web2"));
    REQUIRE(h.host.run_until_at_rest(here));
    REQUIRE(h.host.state(here).data.keys_in_doubt() > 0);
    REQUIRE(h.end(there));
    REQUIRE(h.host.run_until_at_rest(there));
    CHECK(h.all<key_kept>(there).empty());
    nothing_is_there(h);
    REQUIRE(h.host.run_until([&] { return h.state(there) == "terminated"; }, 24h));
    CHECK(h.u.elsewhere.keys().empty());
    all_is_there(h);
    REQUIRE(h.host.run_until([&] { return h.host.state(here).data.leaked.empty(); }, 24h));
    CHECK(h.u.cloud.keys().empty());
}

TEST_CASE("a database that does not answer when the token is wanted costs no VM its life") {
    for (std::size_t n = 1; n <= 4; ++n) {
        INFO("at the look number " << n);
        one_engine h;
        for (std::size_t more = 0; more < 4; ++more) h.faults.nth[{site::open_project, n + more}] = fault::unavailable_log;
        const stream_id web = h.request(spec_named("web1"));
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "active");
        for (const step_failed& one : h.all<step_failed>(web)) CHECK(one.code == failure_code::not_sent);
        REQUIRE(h.end(web));
        REQUIRE(h.host.run_until_at_rest(web));
        CHECK(h.state(web) == "terminated");
    }
}
