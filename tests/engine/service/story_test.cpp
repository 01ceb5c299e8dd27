// What is told of one VM or contract: why it is where it is, what to do, what can be done, as it was before.
#include "engine/service/allowed_actions.hpp"
#include "engine/service/next_steps.hpp"
#include "engine/service/reasons.hpp"
#include "tests/engine/service/fixture.hpp"

#include <algorithm>
#include <set>

using namespace slipway;
using namespace slipway::test;

namespace {

std::vector<std::string> actions_of(const service::stream_story& told) {
    std::vector<std::string> names;
    for (const auto& one : told.actions) names.push_back(one.name);
    return names;
}

service::story after_failure(failure_code code, bool goes_on) {
    service::story of;
    step_failed failure;
    failure.step = step::create_server;
    failure.code = code;
    contract_accepted accepted;
    accepted.contract_id = "c-1";
    accepted.spec.name = "dc-1";
    accepted.spec.candidates = {{"cx23", "nbg1", 1}};
    accepted.spec.key_fingerprint = "aa:bb";
    REQUIRE(evolve(of.state, accepted));
    if (!goes_on) {
        REQUIRE(evolve(of.state, failure));
        REQUIRE(evolve(of.state, cleaned_up{}));
        slipway::failed end;
        end.step = failure.step;
        end.code = code;
        REQUIRE(evolve(of.state, end));
        of.overcome = 1;
    }
    of.failures.push_back({timestamp{}, failure});
    return of;
}

}  // namespace

TEST_CASE("an active contract is told with its way, and as it was before any of its events") {
    service_fixture f;
    f.active_contract("c-1");
    const auto told = f.ask(f.market->tell("contract", "c-1", 0, f.from("a")));
    REQUIRE(told);
    CHECK(told->view.state.in("active"));
    CHECK(told->version == told->last_version);
    CHECK(told->to_do.empty());
    CHECK(actions_of(*told) == std::vector<std::string>{"cancel", "expire", "payment-failed"});
    CHECK_THAT(told->actions.front().means, contains("is deleted with all that is on it"));
    CHECK(told->timeline.size() == told->last_version);
    CHECK(told->timeline.back().words == "active");
    for (std::uint64_t version = 1; version < told->last_version; ++version) {
        const auto before = f.ask(f.market->tell("contract", "c-1", version, f.from("a")));
        REQUIRE(before);
        CHECK(before->version == version);
        CHECK(before->last_version == told->last_version);
        CHECK(before->timeline.size() == version);
        CHECK(std::string(before->view.state.state_name()) == told->timeline[version - 1].state);
        CHECK(before->actions.empty());
    }
    CHECK(f.ask(f.market->tell("vm", "c-1", 0, f.from("a"))).error().kind == error_kind::not_found);
}

TEST_CASE("what has ended allows nothing, and what could not be ended is tried again") {
    service_fixture f;
    const auto active = f.active_contract("c-1");
    REQUIRE(f.ask(f.market->end_contract("c-1", "cancelled", f.from("a"))));
    REQUIRE(f.host.run_until_at_rest(active.stream));
    const auto told = f.ask(f.market->tell("contract", "c-1", 0, f.from("a")));
    REQUIRE(told);
    CHECK(told->view.state.in("terminated"));
    CHECK(told->view.terminated_at);
    CHECK(told->actions.empty());
}

TEST_CASE("what a running recipe prints is told until its end is in the log") {
    service_fixture f;
    const auto web = f.live(spec_named("web"));
    f.market->recipe_output(web, "first ");
    f.market->recipe_output(web, "words");
    const auto told = f.ask(f.market->tell("vm", "web", 0, f.from("a")));
    REQUIRE(told->recipe);
    CHECK(told->recipe->running);
    CHECK(told->recipe->text == "first words");
    f.market->recipe_output(web, std::string(100'000, 'x'));
    CHECK(f.ask(f.market->tell("vm", "web", 0, f.from("a")))->recipe->text.size() == 64 * 1024);
    CHECK_FALSE(f.ask(f.market->tell("vm", "web", 1, f.from("a")))->recipe);
    REQUIRE(f.end(web));
    REQUIRE(f.host.run_until_at_rest(web));
    const auto after = f.ask(f.market->tell("vm", "web", 0, f.from("a")));
    CHECK((!after->recipe || !after->recipe->running));
}

TEST_CASE("a provider whose token is refused is the reason before all others") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    REQUIRE(f.put_offering("small"));
    f.projects->revoked.insert("token-of-acme");
    REQUIRE(f.ask(f.market->check_provider("acme", f.from("operator"))));
    const auto accepted = f.accept("c-1");
    REQUIRE(accepted);
    const auto told = f.ask(f.market->tell("contract", "c-1", 0, f.from("a")));
    REQUIRE(told);
    if (wants(told->view.state)) CHECK_THAT(told->why.at(1), contains("does not take the token"));
    CHECK_THAT(told->to_do, contains("token"));
}

TEST_CASE("every failure has something that people can do, while it goes on and when it was given up") {
    std::set<std::string> said;
    for (int i = 0; i <= static_cast<int>(failure_code::older_log); ++i) {
        const auto code = static_cast<failure_code>(i);
        INFO(name(code));
        for (const bool goes_on : {true, false}) {
            const std::string text = service::what_to_do(after_failure(code, goes_on), timestamp{});
            CHECK(text.ends_with('.'));
            said.insert(text);
        }
    }
    CHECK(said.size() > 12);
    CHECK_THAT(service::what_to_do(after_failure(failure_code::unavailable, true), timestamp{}), contains("Wait"));
    CHECK_THAT(service::what_to_do(after_failure(failure_code::unavailable, false), timestamp{}), contains("Order another"));
}

TEST_CASE("a log that cannot be written is the reason of what is on its way, and of nothing else") {
    service::surroundings around;
    around.log_trouble = "the event log s.db cannot be written: the disk is full.";
    const auto on_its_way = service::reasons_of(after_failure(failure_code::lost, true), {}, timestamp{}, around);
    CHECK(on_its_way.why.at(1) == "Nothing goes on: the event log s.db cannot be written: the disk is full.");
    CHECK_THAT(on_its_way.to_do, contains("disk"));
    const auto given_up = service::reasons_of(after_failure(failure_code::quota, false), {}, timestamp{}, around);
    for (const std::string& sentence : given_up.why) CHECK(sentence.find("s.db") == std::string::npos);
}

TEST_CASE("a message that has failed is told of the VM that it is about, beside what else is to be done") {
    std::vector<event_record> records(1);
    records.front().event_id = "e1";
    service::surroundings around;
    around.unsent.resize(3);
    for (outgoing& message : around.unsent) message.channel = "email";
    around.unsent[0].event_id = "e1";  // not tried yet
    around.unsent[1].event_id = "e9";
    around.unsent[1].attempts = 5;
    const auto of = after_failure(failure_code::quota, false);
    const auto before = service::reasons_of(of, records, timestamp{}, around);
    CHECK(before.to_do == service::what_to_do(of, timestamp{}));
    around.unsent[2].event_id = "e1";
    around.unsent[2].attempts = 2;
    const auto told = service::reasons_of(of, records, timestamp{}, around);
    CHECK_THAT(told.why.back(), contains("by email") && contains("2 attempts failed"));
    CHECK(told.to_do.starts_with(before.to_do + " See in slipwayd's log"));
}

TEST_CASE("a step is slow from the half of its time on") {
    for (const step what : {step::reach_ssh, step::run_recipe}) {
        auto of = after_failure(failure_code::lost, true);
        of.failures.clear();
        of.state.data.spec.ssh_timeout_s = of.state.data.spec.recipe_timeout_s = 100;
        of.state.data.intent.emplace();
        of.state.data.intent->step = what;
        CHECK(service::what_to_do(of, timestamp{50'000}).empty());
        CHECK_FALSE(service::what_to_do(of, timestamp{50'001}).empty());
    }
}

TEST_CASE("the last event is found, whoever has written it") {
    service_fixture f;
    f.active_contract("c-1");
    const auto all = f.ask(f.market->events({}, f.from("a"))).value();
    CHECK(f.ask(f.market->last_seq(f.from("a"))).value() == all.back().seq);
    f.begin();  // knows of nothing that it has written itself
    CHECK(f.ask(f.market->last_seq(f.from("a"))).value() == all.back().seq);
}
