// An older log beside a younger world, and clocks of which one is wrong: nothing that is somebody's ends by itself.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

accept_contract order(std::optional<timestamp> expires_at = {}) {
    accept_contract command;
    command.contract.contract_id = "c-1";
    command.contract.offering = "small";
    command.contract.owner = "bob";
    command.contract.spec = spec_named("");
    command.contract.expires_at = expires_at;
    return command;
}

stream_id active_contract(one_engine& h, std::optional<timestamp> expires_at = {}) {
    const auto taken = h.host.ask({order(expires_at), {}, "api", "order"});
    REQUIRE((taken && *taken));
    REQUIRE(h.host.run_until_at_rest((*taken)->stream));
    REQUIRE(h.state((*taken)->stream) == "active");
    return (*taken)->stream;
}

// As after a restored backup that was made when the log had so many records.
void restore(one_engine& h, std::size_t records) {
    h.host.stop();
    h.u.log.restore(records);
    h.rules.restored();
    h.host.start();
}

}  // namespace

TEST_CASE("the log as it was after each commit of a contract's way, put back beside the active VM: it is not deleted") {
    const std::size_t all = [] {
        one_engine h;
        active_contract(h);
        return h.u.log.records().size();
    }();
    for (std::size_t records = 0; records < all; ++records) {
        INFO(records);
        one_engine h;
        const stream_id c = active_contract(h);
        restore(h, records);
        if (!h.u.log.all_heads().contains(c)) REQUIRE(h.host.ask({order(), {}, "api", "order"}));
        h.host.run_for(48h);
        REQUIRE(h.u.cloud.servers().size() == 1);
        CHECK_FALSE(h.u.cloud.servers().begin()->second.deleting);
        CHECK(h.u.cloud.servers().begin()->second.stream == c.text);
        const auto& streams = h.rules.states();
        const bool is_active = streams.contains(c) && streams.at(c).in("active");
        const bool is_held = streams.contains(c) && streams.at(c).data.held;
        CHECK((is_active || is_held || !h.host.engine().older_projects().empty()));
    }
}

TEST_CASE("what is taken in is active, is found by the same order, and ends as it was agreed") {
    one_engine h;
    const timestamp due = h.u.wall() + milliseconds{5 * 3'600'000};
    const stream_id c = active_contract(h, due);
    const std::int64_t server = h.u.cloud.servers().begin()->first;
    restore(h, 0);
    adopt_server command;
    command.stream = c;
    command.found.provider = "direct";
    command.found.contract_id = "c-1";
    command.found.expires_at = due;
    command.found.owner = "operator";
    command.found.server_id = server;
    command.found.server_name = contract_server_name("c-1");
    command.found.key_id = h.u.cloud.keys().begin()->first;
    REQUIRE(h.host.ask({command, {}, "operator", {}}));
    CHECK(h.state(c) == "active");
    const auto again = h.host.ask({order(due), {}, "api", "order"});
    REQUIRE((again && *again));
    CHECK((*again)->stream == c);
    CHECK((*again)->repeated);
    h.host.run_for(4h);
    CHECK(h.state(c) == "active");
    REQUIRE(h.host.run_until([&] { return h.state(c) == "terminated"; }, 3h));
    h.rules.nothing_left();
}

TEST_CASE("a clock that is a year ahead ends no contract; when its time has really come it ends all the same") {
    one_engine h;
    const stream_id c = active_contract(h, h.u.wall() + milliseconds{5 * 3'600'000});
    h.host.stop();
    h.u.wall_ahead = 365LL * 24 * 3'600'000;
    h.host.start();
    h.host.run_for(4h);
    CHECK(h.state(c) == "active");
    SECTION("with the clock set right") { h.u.wall_ahead = 0; }
    SECTION("with the clock still wrong") {}
    REQUIRE(h.host.run_until([&] { return h.state(c) == "terminated"; }, 3h));
}

TEST_CASE("while Hetzner does not answer, nobody knows that a contract is over; after a long standstill it ends") {
    one_engine h;
    const stream_id c = active_contract(h, h.u.wall() + milliseconds{3'600'000});
    h.host.stop();
    h.host.run_for(24h);
    h.u.outage_until = h.u.time.now() + 6 * 3'600'000;
    h.host.start();
    h.host.run_for(5h);
    CHECK(h.state(c) == "active");
    REQUIRE(h.host.run_until([&] { return h.state(c) == "terminated"; }, 3h));
}

TEST_CASE("a project that was ahead and is not any more is looked at again: contracts there end, though no step asks") {
    one_engine h;
    const stream_id c = active_contract(h, h.u.wall() + milliseconds{2 * 3'600'000});
    const std::size_t before = h.u.log.records().size();
    const stream_id forgotten = h.live(spec_named("web2", "ssh-ed25519 AAAAbob bob"));
    restore(h, before);
    h.host.run_for(3h);
    CHECK(h.state(c) == "active");
    REQUIRE(h.host.engine().older_projects().size() == 1);
    h.u.cloud.take_away(h.u.cloud.of_stream(forgotten.text).front()->seen.id);
    h.host.run_for(10min);
    CHECK(h.state(c) == "terminated");
    CHECK(h.host.engine().older_projects().empty());
}

TEST_CASE("an order in doubt is taken back after a restart: a server that does not answer may be somebody's") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    const auto records = h.u.log.records();
    const auto ordered = std::find_if(records.begin(), records.end(), [](const event_record& r) {
        return r.type == "step_started" && r.data.find("create_server") != std::string::npos;
    });
    restore(h, static_cast<std::size_t>(ordered->seq));
    // Its name is looked for in vain, until the attempts are used up; then the VM stands still for a while.
    h.faults.otherwise = [](site s) {
        if (s == site::reach_ssh) return fault::stalls;
        return s == site::create_server ? fault::quota : fault::none;
    };
    h.fail(site::find_server, 1, fault::unauthorized);
    h.host.run_for(2h);
    REQUIRE(h.state(web) == "failed");
    CHECK(h.host.state(web).data.leaks(resource_kind::server));
    REQUIRE(h.u.cloud.of_stream(web.text).size() == 1);
    h.faults.otherwise = nullptr;  // now it answers, and shows that it was handed over
    h.host.run_for(24h);
    CHECK(h.u.cloud.of_stream(web.text).size() == 1);
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.u.cloud.servers().empty());
}

TEST_CASE("two copies of a log order the same VM at once: who finds the other's server under its name leaves it alone") {
    one_engine h;
    h.fail(site::create_server, 1, fault::waits);  // the copy's order is quicker
    const stream_id web = h.request(spec_named("web1"));
    REQUIRE(h.host.run_until([&] { return h.calls(site::create_server) == 1; }, 10min));
    log_model copy;
    copy.copy(h.u.log);
    copy.on_stored = [&](const std::vector<event_record>& records) { h.rules.stored_beside(records); };
    h.rules.copied();
    {
        computer beside(h.u, h.rules, copy);
        beside.start();
        h.host.run_for(30min);
        beside.stop();
    }
    REQUIRE(h.u.cloud.of_stream(web.text).size() == 1);
    REQUIRE(h.host.state(web).data.held);
    CHECK(h.host.state(web).data.held->code == failure_code::other_history);
    CHECK(h.all<server_created>(web).empty());
    CHECK(copy.all_heads().at(web).state == "active");
}

TEST_CASE("an older log's first step looks before it sends anything: not even a key is made") {
    one_engine h;
    const stream_id c = active_contract(h);
    h.live(spec_named("web2", "ssh-ed25519 AAAAbob bob"));
    restore(h, 1);
    REQUIRE(h.state(c) == "accepted");
    const int before = h.calls(site::create_key);
    h.host.run_for(1h);
    CHECK(h.calls(site::create_key) == before);
    CHECK(h.host.engine().older_projects().size() == 1);
}
