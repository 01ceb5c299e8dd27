// What is a contract's own: its name, its clock, the reasons it ends for, and audits as streams.
#include "engine/machines/plan.hpp"
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

accept_contract offer(const std::string& id, const std::string& key = "ssh-ed25519 AAAAbob bob") {
    accept_contract command;
    command.contract.contract_id = id;
    command.contract.offering = "small";
    command.contract.owner = "bob";
    command.contract.spec = spec_named("", key);
    command.contract.spec.key_name.clear();
    return command;
}

result<receipt> ask(one_engine& h, vm_command command, stream_id stream = {}, const std::string& command_id = {}) {
    const auto answer = h.host.ask({std::move(command), std::move(stream), "api", command_id});
    REQUIRE(answer);
    return *answer;
}

stream_id live(one_engine& h, const accept_contract& contract) {
    const auto taken = ask(h, contract);
    REQUIRE(taken);
    REQUIRE(h.host.run_until_at_rest(taken->stream));
    return taken->stream;
}

audited findings_of(const std::string& provider, int count) {
    audited a;
    a.provider = provider;
    for (int i = 0; i < count; ++i)
        a.findings.push_back({finding_kind::orphan, resource_kind::server, 100 + i, "dc-x", "", ""});
    return a;
}

}  // namespace

TEST_CASE("a contract's server and key are named after its id, and it goes by the marketplace's") {
    one_engine h;
    const stream_id c = live(h, offer("c-17"));
    CHECK(h.state(c) == "active");
    const spine& d = h.host.state(c).data;
    CHECK(d.server->name == contract_server_name("c-17"));
    CHECK(d.spec.key_name == d.server->name);
    const labels& marks = h.u.cloud.of_stream(c.text).front()->seen.labels;
    CHECK(marks.at("slipway-contract") == "c-17");
    CHECK(marks.at("slipway-order") == d.orders.front());
    head_filter by_name;
    by_name.kind = "contract";
    by_name.name = "c-17";
    REQUIRE(h.u.log.heads(by_name).size() == 1);
    CHECK(h.u.log.heads(by_name).front().stream == c);
}

TEST_CASE("a contract without an id goes by its stream's") {
    one_engine h;
    const stream_id c = live(h, offer(""));
    CHECK(h.host.state(c).data.contract_id == c.text);
}

TEST_CASE("accepted again it is the same contract; with another key it is refused") {
    one_engine h;
    const stream_id c = live(h, offer("c-17"));
    const auto again = ask(h, offer("c-17"));
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->stream == c);
    const auto other = ask(h, offer("c-17", "ssh-ed25519 AAAAeve eve"));
    REQUIRE_FALSE(other);
    CHECK(other.error().kind == error_kind::refused);
    REQUIRE(ask(h, end_vm{"cancelled"}, c));
    REQUIRE(h.host.run_until_at_rest(c));
    const auto after_its_end = ask(h, offer("c-17"));
    REQUIRE(after_its_end);
    CHECK(after_its_end->state.in("terminated"));
}

TEST_CASE("a contract ends by its own clock, also when nobody was there at that moment") {
    one_engine h;
    auto short_one = offer("c-1");
    short_one.contract.expires_at = h.u.wall() + 2h;
    const stream_id c = live(h, short_one);
    CHECK(h.state(c) == "active");
    SECTION("watched") { REQUIRE(h.host.run_until([&] { return h.state(c) == "terminated"; }, 3h)); }
    SECTION("while the computer was off") {
        h.host.stop();
        h.host.run_for(5h);
        h.host.start();
        REQUIRE(h.host.run_until([&] { return h.state(c) == "terminated"; }, 10min));
    }
    CHECK(h.host.state(c).data.end_reason == "expired");
    CHECK(h.u.wall() >= *short_one.contract.expires_at);
}

TEST_CASE("a contract that is over by this machine's clock alone goes on, and its log says so, once") {
    one_engine h;
    auto short_one = offer("c-1");
    short_one.contract.expires_at = h.u.wall() + 4h;
    const stream_id c = live(h, short_one);
    h.u.wall_ahead += 18'000'000;  // five hours
    h.host.run_for(3h);
    CHECK(h.state(c) == "active");
    const auto told = h.all<command_refused>(c);
    REQUIRE(told.size() == 1);
    CHECK(told.front().rule == clocks_rule);
    CHECK_THAT(told.front().why, contains("this machine's clock says") && contains("Hetzner's"));
    h.host.stop();
    h.host.start();
    h.host.run_for(10min);
    CHECK(h.all<command_refused>(c).size() == 1);
    REQUIRE(h.host.run_until([&] { return h.state(c) == "terminated"; }, 3h));
    CHECK(h.all<command_refused>(c).size() == 1);
}

TEST_CASE("a contract whose time runs out on the way is not brought there: what was made is deleted") {
    one_engine h;
    auto hasty = offer("c-1");
    hasty.contract.expires_at = h.u.wall() + 2s;  // booting takes longer
    const auto taken = ask(h, hasty);
    REQUIRE(taken);
    REQUIRE(h.host.run_until([&] { return h.state(taken->stream) == "terminated"; }, 10min));
    CHECK(h.host.state(taken->stream).data.end_reason == "expired");
    CHECK(h.all<activated>(taken->stream).empty());
    CHECK(h.calls(site::run_recipe) == 0);
}

TEST_CASE("an end that does not succeed is tried after one, five and thirty minutes, then it has failed") {
    one_engine h;
    const stream_id c = live(h, offer("c-1"));
    for (int i = 1; i <= 20; ++i) h.fail(site::delete_server, i, fault::not_sent);
    const timestamp began = h.u.wall();
    REQUIRE(ask(h, end_vm{"payment_failed"}, c));
    REQUIRE(h.host.run_until_at_rest(c));
    CHECK(h.state(c) == "termination_failed");
    CHECK(h.calls(site::delete_server) == 20);
    const auto waited = std::chrono::duration_cast<std::chrono::minutes>(h.u.wall() - began);
    CHECK(waited >= 36min);
    CHECK(waited < 38min);
    REQUIRE(h.host.state(c).data.leaked.size() == 1);
    CHECK(h.host.state(c).data.leaked.front().kind == resource_kind::server);

    REQUIRE(ask(h, end_vm{std::string(retry_termination)}, c));
    REQUIRE(h.host.run_until_at_rest(c));
    CHECK(h.state(c) == "terminated");
    CHECK(h.host.state(c).data.end_reason == "payment_failed");
}

TEST_CASE("a locked server is waited for without using up an attempt") {
    one_engine h;
    const stream_id c = live(h, offer("c-1"));
    for (int i = 1; i <= 6; ++i) h.fail(site::delete_server, i, fault::locked);
    REQUIRE(ask(h, end_vm{"cancelled"}, c));
    REQUIRE(h.host.run_until_at_rest(c));
    CHECK(h.state(c) == "terminated");
}

TEST_CASE("retrying the end of a contract whose end has not failed is refused, and ends nothing") {
    one_engine h;
    const stream_id c = live(h, offer("c-1"));
    const auto answer = ask(h, end_vm{std::string(retry_termination)}, c);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == error_kind::refused);
    h.host.run_for(1min);
    CHECK(h.state(c) == "active");
}

TEST_CASE("where contracts are held, they are written down and nothing is done; later they are taken up") {
    engine_options held;
    held.hold_contracts = true;
    one_engine h(1, held);
    const auto taken = ask(h, offer("c-1"));
    REQUIRE(taken);
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.state(web) == "active");
    CHECK(h.state(taken->stream) == "accepted");
    CHECK(h.calls(site::create_server) == 1);
}

TEST_CASE("many at once: no more than sixteen steps of a project wait for Hetzner, and all come to their end") {
    one_engine h;
    std::vector<stream_id> all;
    for (int i = 0; i < 60; ++i) {
        const auto taken = ask(h, offer("c-" + std::to_string(i), "ssh-ed25519 AAAAbuyer" + std::to_string(i)));
        REQUIRE(taken);
        all.push_back(taken->stream);
    }
    for (const stream_id& c : all) {
        REQUIRE(h.host.run_until_at_rest(c));
        CHECK(h.state(c) == "active");
    }
    // An intent is written when the step may begin: at no version of the log were more than sixteen begun and not ended.
    std::map<stream_id, bool> begun;
    std::size_t most = 0;
    for (const event_record& r : h.u.log.read_all(0, 100'000)) {
        const auto e = *decode(r.type, r.schema_version, r.data);
        if (const auto* s = std::get_if<step_started>(&e))
            begun[r.stream] = s->step == step::register_key || s->step == step::create_server;
        else
            begun[r.stream] = false;
        most = std::max(most, static_cast<std::size_t>(
                                  std::count_if(begun.begin(), begun.end(), [](const auto& b) { return b.second; })));
    }
    CHECK(most == 16);
}

TEST_CASE("audits of one provider share a stream, and only what has changed is written") {
    one_engine h;
    record_audit first{findings_of("p1", 2)};
    const auto one = ask(h, first);
    REQUIRE(one);
    CHECK(one->state.kind() == audit_kind);
    CHECK(one->state.in("differs"));
    const auto same = ask(h, first);
    REQUIRE(same);
    CHECK(same->stream == one->stream);
    CHECK(same->state.version == 1);
    const auto clean = ask(h, record_audit{findings_of("p1", 0)});
    REQUIRE(clean);
    CHECK(clean->state.in("clean"));
    CHECK(clean->state.version == 2);
    const auto other = ask(h, record_audit{findings_of("p2", 0)});
    REQUIRE(other);
    CHECK(other->stream != one->stream);
    const auto end = ask(h, end_vm{"asked"}, one->stream);
    REQUIRE_FALSE(end);
    CHECK(end.error().kind == error_kind::refused);
}

TEST_CASE("a command that is thought to be new, and was sent at the same moment by another, is one command") {
    one_engine h;
    std::vector<stream_id> given;
    for (int i = 0; i < 2; ++i) {
        submission s;
        s.command = offer("");
        s.actor = "api";
        s.command_id = "c1";
        s.first_time = true;
        h.host.submit(s, [&](const result<receipt>& r) {
            REQUIRE(r);
            given.push_back(r->stream);
        });
    }
    h.host.run_for(10s);
    REQUIRE(given.size() == 2);
    CHECK(given[0] == given[1]);
}
