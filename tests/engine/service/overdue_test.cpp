// What is usual for a state, and what is said of one that takes longer.
#include "engine/service/overdue.hpp"
#include "tests/engine/one_engine.hpp"

#include <algorithm>

using namespace slipway;
using namespace slipway::test;

namespace {

constexpr milliseconds patience = 5min;

// Of one stream, as the engine would have written them.
struct event_list {
    void add(const event& e) {
        event_record r;
        r.stream.text = "0193c0de-aaaa-7000-8000-0000abcd1234";
        r.kind = contract_kind;
        r.version = all.size() + 1;
        r.type = type_of(e);
        r.schema_version = version_of(e);
        r.at = {1'790'000'000'000};
        r.data = encode(e);
        all.push_back(std::move(r));
    }
    std::vector<event_record> all;
};

event_list of_a_contract() {
    event_list records;
    contract_accepted accepted;
    accepted.contract_id = "c-1";
    accepted.spec = spec_named("dc-1");
    records.add(accepted);
    return records;
}

}  // namespace

TEST_CASE("what is usual takes the state's own time into account, and no state that waits for people has one") {
    vm_state state;
    vm_requested e;
    e.spec = spec_named("web1");
    e.spec.ssh_timeout_s = 120;
    e.spec.recipe_timeout_s = 600;
    REQUIRE(evolve(state, e));
    const auto usual_in = [&](std::string_view name, const vm_state& like) {
        vm_state s = like;
        const auto& states = s.table->states;
        s.at = static_cast<std::uint8_t>(std::find(states.begin(), states.end(), name) - states.begin());
        return service::usual_time(s, patience);
    };
    for (const char* name : {"accepted", "key_created", "recipe_run", "cleaning_up", "terminating"})
        CHECK(usual_in(name, state) == patience);
    CHECK(usual_in("server_created", state) == patience + 120s);
    CHECK(usual_in("ssh_ready", state) == patience + 600s);
    vm_state bare = state;
    bare.data.spec.recipe.clear();
    CHECK(usual_in("ssh_ready", bare) == patience);
    for (const char* name : {"active", "failed", "terminated", "termination_failed"}) CHECK_FALSE(usual_in(name, state));
}

TEST_CASE("a project that is further than the log is the reason before those of its own") {
    event_list records = of_a_contract();
    service::surroundings around;
    around.older_log = true;
    const auto alert = service::alert_over(records.all, {1'790'000'600'000}, patience, around).value();
    REQUIRE(alert);
    CHECK_THAT(alert->why.front(), contains("It is overdue since 2026-09-21T14:18:20.000Z: 5m00s is usual."));
    CHECK_THAT(alert->why.at(1), contains("Nothing is ordered or ended in its project"));
    CHECK_THAT(alert->to_do, contains("slipway audit --adopt"));
    const auto plain = service::alert_over(records.all, {1'790'000'600'000}, patience, {}).value();
    CHECK_THAT(plain->to_do, contains("what its log says"));  // nothing is seen, and something must be
}

TEST_CASE("an alert is kept as it is") {
    service::overdue_alert alert;
    alert.stream.text = "0193c0de-aaaa-7000-8000-0000abcd1234";
    alert.kind = "contract";
    alert.state = "accepted";
    alert.name = "c-\"1";
    alert.provider = "acme";
    alert.since = {1'790'000'000'000};
    alert.usual = patience;
    alert.held = alert.told = true;
    alert.why = {"First.", "Second."};
    alert.to_do = "Wait.";
    CHECK(service::alert_of(service::document_of(alert)).value() == alert);
    CHECK_FALSE(service::alert_of({"overdue", "x", "{}"}));
    CHECK_FALSE(service::alert_of({"overdue", "x", "["}));
}

TEST_CASE("no recipe's output is in an alert") {
    event_list records = of_a_contract();
    step_failed failure;
    failure.step = step::run_recipe;
    failure.code = failure_code::recipe_failed;
    failure.message = "The recipe ended with 1.";
    failure.output = "password hunter2";
    key_created key;
    key.key_id = 7;
    records.add(key);
    records.add(failure);
    const auto alert = service::alert_over(records.all, {1'790'000'600'000}, patience, {}).value();
    REQUIRE(alert);
    CHECK(alert->state == "cleaning_up");
    for (const std::string& sentence : alert->why) CHECK_THAT(sentence, !contains("hunter2"));
    CHECK_THAT(alert->why.at(1), contains("recipe_failed"));
}

TEST_CASE("one that is held says so in its alert") {
    event_list records = of_a_contract();
    key_created key;
    key.key_id = 7;
    records.add(key);
    held hold;
    hold.step = step::create_server;
    hold.code = failure_code::other_history;
    hold.message = "Somebody has to look.";
    records.add(hold);
    const auto of_held = service::alert_over(records.all, {1'790'000'600'000}, patience, {}).value();
    REQUIRE(of_held);
    CHECK(of_held->held);
    CHECK_THAT(of_held->to_do, contains("Look whether somebody uses the server"));
}
