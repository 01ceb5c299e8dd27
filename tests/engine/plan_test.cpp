// What follows from an attempt's outcome: when it is tried again, how the next attempt differs, when it is given up.
#include "engine/machines/plan.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace slipway;
using std::chrono::milliseconds;

namespace {

constexpr timestamp now{1'000'000};

vm_state in_step(step s, bool ending = false, bool cleaning = false) {
    vm_spec spec;
    spec.name = "web1";
    spec.candidates = {{"cx22", "fsn1", 1}, {"cx22", "nbg1", 1}};
    std::vector<event> events;
    const auto begin = [&](step which) {
        step_started e;
        e.step = which;
        e.server_name = "web1";
        e.at = now;
        events.emplace_back(e);
    };
    events.emplace_back(vm_requested{spec, "alice"});
    const auto up = [&](step from, event result) {
        if (static_cast<int>(s) < static_cast<int>(from)) return;
        begin(from);
        if (s != from || ending || cleaning) events.push_back(std::move(result));
    };
    up(step::register_key, key_created{7, "", true});
    up(step::create_server, server_created{42, "web1", "", "", "192.0.2.1", "", {}, false, "h"});
    up(step::reach_ssh, ssh_ready{"192.0.2.1"});
    if (static_cast<int>(s) >= static_cast<int>(step::run_recipe)) {
        begin(step::run_recipe);
        if (s != step::run_recipe) events.emplace_back(recipe_run{});
    }
    if (s == step::prepare_host_keys || s == step::hand_over) {
        begin(step::prepare_host_keys);
        if (s == step::hand_over) events.emplace_back(host_keys_prepared{{"p"}});
        if (s == step::hand_over) begin(step::hand_over);
    }
    if (ending) events.emplace_back(end_requested{});
    if (cleaning) {
        step_failed f;
        f.step = step::prepare_host_keys;
        events.emplace_back(f);
    }
    if (s == step::release_key) events.emplace_back(server_deleted{});
    if (s == step::delete_server || s == step::release_key) begin(s);
    vm_state state;
    for (const event& e : events) {
        const auto done = evolve(state, e);
        INFO((done ? std::string() : done.error().message));
        REQUIRE(done);
    }
    return state;
}

// Its recipe's attempt is under way, with the new host keys in use.
vm_state at_recipe() {
    vm_state s = in_step(step::reach_ssh);
    step_started recipe;
    recipe.step = step::run_recipe;
    for (event e : {event(ssh_ready{"192.0.2.1"}), event(host_keys_prepared{{"p"}}), event(recipe)}) REQUIRE(evolve(s, e));
    s.data.spec.recipe = "true";
    return s;
}

vm_state handed_to_a_recipe(recipe_run ran) {
    vm_state s = at_recipe();
    step_started hand_over;
    hand_over.step = step::hand_over;
    for (event e : {event(std::move(ran)), event(hand_over)}) REQUIRE(evolve(s, e));
    return s;
}

step_failure problem(failure_code code, bool unknown = false) {
    step_failure f;
    f.code = code;
    f.message = "no";
    f.unknown = unknown;
    return f;
}

step_failed first_failure(const vm_state& s, step which, const step_failure& f, double jitter = 0) {
    const auto events = events_of_failure(s, which, f, circumstances{now, jitter});
    REQUIRE_FALSE(events.empty());
    vm_state next = s;
    for (const event& e : events) REQUIRE(evolve(next, e));
    REQUIRE(std::holds_alternative<step_failed>(events.front()));
    return std::get<step_failed>(events.front());
}

bool one_of(failure_code c, std::initializer_list<failure_code> codes) {
    return std::find(codes.begin(), codes.end(), c) != codes.end();
}

using enum failure_code;

}  // namespace

TEST_CASE("every failure of every step on the way up has a plan that the table allows") {
    for (int i = 0; i <= static_cast<int>(step::hand_over); ++i)
        for (int c = 0; c <= static_cast<int>(other_project); ++c) {
            const auto which = static_cast<step>(i);
            const auto code = static_cast<failure_code>(c);
            INFO(name(which) << " " << name(code));
            if (code == wrong_host_key) continue;  // that is held
            const auto f = first_failure(in_step(which), which, problem(code));
            const bool waits = one_of(code, {rate_limited, not_seen_yet, locked});
            const bool elsewhere = which == step::create_server && one_of(code, {unavailable, invalid});
            const bool never =
                one_of(code, {unauthorized, forbidden, quota, protected_resource, no_credentials, other_project,
                              action_failed, no_public_ip, ssh_denied, broken_host, recipe_failed}) ||
                (one_of(code, {unavailable, invalid}) && !elsewhere) ||
                // Later than that it was handed over before, and goes on.
                (code == wrong_host_key && static_cast<int>(which) <= static_cast<int>(step::reach_ssh)) ||
                (code == timed_out && (which == step::reach_ssh || which == step::run_recipe));
            CHECK(f.retry_at.has_value() == !never);
            CHECK(f.counted == !waits);
            CHECK(f.next == (elsewhere                ? variation::next_candidate
                             : code == foreign_server ? variation::next_name
                                                      : variation::same));
        }
}

TEST_CASE("every failure of the end is tried again, or becomes a leak") {
    for (const bool cleaning : {false, true})
        for (const step which : {step::delete_server, step::release_key})
            for (int c = 0; c <= static_cast<int>(other_project); ++c) {
                const auto code = static_cast<failure_code>(c);
                INFO(name(which) << " " << name(code) << (cleaning ? " cleaning up" : ""));
                const auto f = first_failure(in_step(which, !cleaning, cleaning), which, problem(code));
                const bool never =
                    one_of(code, {unauthorized, forbidden, quota, protected_resource, no_credentials, other_project,
                                  invalid, no_public_ip, wrong_host_key, ssh_denied, broken_host, recipe_failed,
                                  foreign_server});
                CHECK(f.retry_at.has_value() == !never);
            }
}

TEST_CASE("waiting grows to a minute, is shortened by chance, and ends") {
    vm_state s = in_step(step::create_server);
    std::vector<std::int64_t> waits;
    for (;;) {
        const auto f = first_failure(s, step::create_server, problem(lost, true));
        if (!f.retry_at) break;
        waits.push_back((*f.retry_at - now).count());
        REQUIRE(evolve(s, event(f)));
        step_started e;
        e.step = step::create_server;
        e.at = now;
        REQUIRE(evolve(s, event(e)));
    }
    CHECK(waits == std::vector<std::int64_t>{1000, 2000, 4000, 8000, 16000, 32000, 60000});
    const auto early = first_failure(in_step(step::create_server), step::create_server, problem(lost), 0.999);
    CHECK(*early.retry_at - now >= milliseconds{750});
    CHECK(*early.retry_at - now < milliseconds{760});
}

TEST_CASE("a wait that Hetzner asks for is kept to") {
    auto f = problem(rate_limited);
    f.wait = milliseconds{7000};
    CHECK(*first_failure(in_step(step::create_server), step::create_server, f).retry_at == now + milliseconds{7000});
    auto busy = problem(server_error);
    busy.wait = milliseconds{9000};
    CHECK(*first_failure(in_step(step::create_server), step::create_server, busy).retry_at == now + milliseconds{9000});
}

TEST_CASE("places are tried in order, then it is given up") {
    vm_state s = in_step(step::create_server);
    for (const event& e : events_of_failure(s, step::create_server, problem(unavailable), circumstances{now})) REQUIRE(evolve(s, e));
    CHECK(s.data.where().location == "nbg1");
    CHECK(s.data.retry_at == now);
    step_started e;
    e.step = step::create_server;
    REQUIRE(evolve(s, event(e)));
    CHECK_FALSE(first_failure(s, step::create_server, problem(unavailable)).retry_at);
}

TEST_CASE("five names are tried where strangers have the first four") {
    vm_state s = in_step(step::create_server);
    std::vector<std::string> names{s.data.server_name()};
    for (;;) {
        const auto f = first_failure(s, step::create_server, problem(foreign_server));
        if (!f.retry_at) break;
        REQUIRE(evolve(s, event(f)));
        names.push_back(s.data.server_name());
        step_started e;
        e.step = step::create_server;
        REQUIRE(evolve(s, event(e)));
    }
    CHECK(names == std::vector<std::string>{"web1", "web1-2", "web1-3", "web1-4", "web1-5"});
}

TEST_CASE("ending is patient: 1, 2, 4 and 8 seconds, before one, five and thirty minutes count") {
    vm_state s = in_step(step::delete_server, true);
    std::vector<std::int64_t> waits;
    for (;;) {
        const auto f = first_failure(s, step::delete_server, problem(lost, true));
        if (!f.retry_at) break;
        waits.push_back((*f.retry_at - now).count() / 1000);
        CHECK(f.counted == (waits.back() >= 60));
        REQUIRE(evolve(s, event(f)));
    }
    CHECK(waits == std::vector<std::int64_t>{1, 2, 4, 8, 60, 1, 2, 4, 8, 300, 1, 2, 4, 8, 1800, 1, 2, 4, 8});
}

TEST_CASE("who is locked is asked less and less often") {
    vm_state s = in_step(step::delete_server, true);
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 9; ++i) {
        const auto f = first_failure(s, step::delete_server, problem(locked));
        REQUIRE(f.retry_at);
        CHECK_FALSE(f.counted);
        waits.push_back((*f.retry_at - now).count() / 1000);
        REQUIRE(evolve(s, event(f)));
    }
    CHECK(waits == std::vector<std::int64_t>{3, 6, 12, 24, 48, 96, 192, 300, 300});
}

TEST_CASE("what may be somebody's is held, not deleted") {
    const auto held_by = [](step which, failure_code code, bool witnessed) {
        const vm_state s = in_step(which);
        circumstances c{now};
        c.witnessed = witnessed;
        const auto events = events_of_failure(s, which, problem(code), c);
        REQUIRE(events.size() >= 1);
        vm_state next = s;
        for (const event& e : events) REQUIRE(evolve(next, e));
        const bool is_held = std::holds_alternative<held>(events.front());
        CHECK(next.in("cleaning_up") == (!is_held && code != ssh_unreachable));
        if (is_held) CHECK_FALSE(wants(next));
        return is_held;
    };
    for (const step which : {step::reach_ssh, step::run_recipe, step::prepare_host_keys, step::hand_over}) {
        INFO(name(which));
        CHECK(held_by(which, wrong_host_key, false));
        CHECK(held_by(which, wrong_host_key, true) == (which != step::reach_ssh));
        CHECK(held_by(which, ssh_denied, false));
        CHECK(held_by(which, broken_host, false));
        CHECK_FALSE(held_by(which, recipe_failed, false));
    }
    CHECK(held_by(step::reach_ssh, timed_out, false));
    CHECK_FALSE(held_by(step::reach_ssh, timed_out, true));
    CHECK_FALSE(held_by(step::reach_ssh, ssh_denied, true));
    CHECK(held_by(step::create_server, other_history, true));
}

TEST_CASE("what is held ends when somebody says so, or is taken in") {
    vm_state s = in_step(step::reach_ssh);
    REQUIRE(evolve(s, event(held{step::reach_ssh, wrong_host_key, "no"})));
    vm_state ended = s;
    REQUIRE(evolve(ended, event(end_requested{"asked"})));
    REQUIRE(wants(ended));
    CHECK(step_of(*wants(ended)) == step::delete_server);
    adopted found;
    found.server_id = 42;
    found.server_name = "web1";
    found.ipv4 = "192.0.2.1";
    REQUIRE(evolve(s, event(found)));
    CHECK(s.in("active"));
    CHECK_FALSE(s.data.held);
    CHECK(s.data.spec.candidates.size() == 2);  // what the log knew stays
}

TEST_CASE("a stream that the log has never heard of begins with what was found") {
    vm_state s;
    adopted found;
    found.provider = "acme";
    found.contract_id = "c-1";
    found.server_id = 42;
    found.server_name = "dc-1";
    found.server_type = "cx22";
    found.location = "fsn1";
    found.key_id = 7;
    REQUIRE(evolve(s, event(found)));
    CHECK(s.kind() == contract_kind);
    CHECK(s.in("active"));
    REQUIRE(evolve(s, event(end_requested{"cancelled"})));
    CHECK(step_of(*wants(s)) == step::delete_server);
    REQUIRE(evolve(s, event(server_deleted{42, true})));
    CHECK(step_of(*wants(s)) == step::release_key);
}

TEST_CASE("what could not be deleted is wanted gone, and once it is the end is reached") {
    vm_state s = in_step(step::delete_server, true);
    for (const event& e : events_of_failure(s, step::delete_server, problem(protected_resource), circumstances{now}))
        REQUIRE(evolve(s, e));
    step_started release;
    release.step = step::release_key;
    REQUIRE(evolve(s, event(release)));
    for (const event& e : events_of_success(s, {event(key_deleted{7, true})})) REQUIRE(evolve(s, e));
    REQUIRE(s.in("termination_failed"));
    CHECK_FALSE(wants(s));
    REQUIRE(mends(s));
    CHECK_FALSE(head_of(s, {}).ended);
    const auto events = events_of_success(s, {event(server_deleted{42, true})});
    for (const event& e : events) REQUIRE(evolve(s, e));
    CHECK(s.in("terminated"));
    CHECK_FALSE(mends(s));
    CHECK(mending_delay(0) == std::chrono::minutes{1});
    CHECK(mending_delay(3) == std::chrono::minutes{8});
    CHECK(mending_delay(99) == std::chrono::hours{6});
}

TEST_CASE("a step that was cut short by the end is not tried again and leaves its doubt") {
    vm_state s = in_step(step::create_server);
    REQUIRE(evolve(s, event(end_requested{})));
    const auto events = events_of_failure(s, step::create_server, problem(lost, true), circumstances{now});
    REQUIRE(events.size() == 1);
    const auto f = std::get<step_failed>(events.front());
    CHECK(f.retry_at == now);
    CHECK_FALSE(f.counted);
    REQUIRE(evolve(s, event(f)));
    REQUIRE(wants(s));
    CHECK(step_of(*wants(s)) == step::delete_server);
}

TEST_CASE("a late answer is kept when it names something that exists, and dropped when it does not matter any more") {
    vm_state s = in_step(step::create_server);
    REQUIRE(evolve(s, event(end_requested{})));
    const server_created late{42, "web1", "", "", "192.0.2.1", "", {}, false, "h"};
    CHECK(events_of_success(s, {event(late)}).size() == 1);
    vm_state waiting = in_step(step::reach_ssh);
    REQUIRE(evolve(waiting, event(end_requested{})));
    CHECK(events_of_success(waiting, {event(ssh_ready{"192.0.2.1"})}).empty());
}

TEST_CASE("the last thing gone is the end") {
    const vm_state ending = in_step(step::release_key, true);
    const auto over = events_of_success(ending, {event(key_deleted{7, true})});
    REQUIRE(over.size() == 2);
    CHECK(std::holds_alternative<terminated>(over.back()));
    const vm_state cleaning = in_step(step::release_key, false, true);
    const auto cleaned = events_of_success(cleaning, {event(key_kept{7, "used"})});
    REQUIRE(cleaned.size() == 3);
    CHECK(std::holds_alternative<cleaned_up>(cleaned[1]));
    CHECK(std::holds_alternative<slipway::failed>(cleaned[2]));
}

TEST_CASE("behind a recipe that ended with 0 nothing costs the VM: what is missing is said") {
    for (int c = 0; c <= static_cast<int>(other_project); ++c) {
        const auto code = static_cast<failure_code>(c);
        const auto s = handed_to_a_recipe(recipe_run{true, 0, 0, "", 1});
        vm_state next = s;
        for (int attempt = 0; attempt < 20 && !next.in("active"); ++attempt) {
            step_started begun;
            begun.step = step::hand_over;
            if (attempt > 0) REQUIRE(evolve(next, event(begun)));
            for (const event& e : events_of_failure(next, step::hand_over, problem(code), circumstances{now})) {
                REQUIRE(evolve(next, e));
                REQUIRE_FALSE(next.in("cleaning_up"));
            }
        }
        INFO(name(code));
        if (one_of(code, {rate_limited, not_seen_yet, locked})) continue;
        REQUIRE(next.in("active"));
        CHECK(next.data.host_keys == std::vector<std::string>{"p"});
        REQUIRE(next.data.missing.size() == (code == wrong_host_key ? 2 : 1));
        CHECK(next.data.missing.back() == shortcoming{shortcoming_kind::operator_key, "no"});
        CHECK_FALSE(next.data.failure);
    }
}

TEST_CASE("a recipe whose end can never be learnt leaves the VM to its owner, and says so") {
    const vm_state fresh = at_recipe();
    const auto lost = events_of_failure(fresh, step::run_recipe, problem(ssh_denied, true), circumstances{now});
    REQUIRE(lost.size() == 2);
    REQUIRE(std::holds_alternative<recipe_run>(lost.back()));
    CHECK(std::get<recipe_run>(lost.back()).unknown == "no");
    vm_state next = fresh;
    for (const event& e : lost) REQUIRE(evolve(next, e));
    CHECK(next.in("recipe_run"));
    activated done;
    done.host_keys = {"p"};
    for (const event& e : events_of_success(next, {event(done)})) REQUIRE(evolve(next, e));
    REQUIRE(next.data.missing.size() == 1);
    CHECK(next.data.missing.front() == shortcoming{shortcoming_kind::recipe_result, "no"});

    // Its own result, and what went wrong before it began, still end it.
    for (const auto& f : {problem(recipe_failed), problem(recipe_failed, true), problem(ssh_denied)}) {
        vm_state ended = fresh;
        for (const event& e : events_of_failure(fresh, step::run_recipe, f, circumstances{now})) REQUIRE(evolve(ended, e));
        CHECK(ended.in("cleaning_up"));
    }
    // A process that died in between does not know whether it began.
    vm_state again = fresh;
    step_started begun;
    begun.step = step::run_recipe;
    REQUIRE(evolve(again, event(begun)));
    CHECK(std::holds_alternative<recipe_run>(
        events_of_failure(again, step::run_recipe, problem(ssh_denied), circumstances{now}).back()));
}
