// The machine of a VM without any world: what each state wants, what is refused, what a log must not say.
#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using slipway::test::contains;

namespace {

vm_spec small_spec() {
    vm_spec s;
    s.name = "web1";
    s.provider = "direct";
    s.candidates = {{"cx22", "fsn1", 1}, {"cx22", "nbg1", 1}};
    s.public_key = "ssh-ed25519 AAAA";
    s.key_name = "alice";
    s.key_fingerprint = "aa:bb";
    s.recipe = "true";
    return s;
}

step_started started(step s, std::int64_t at = 1000, const std::string& name = {}) {
    step_started e;
    e.step = s;
    e.at = timestamp{at};
    e.server_name = name;
    return e;
}

step_failed gave_up(step s, bool unknown = false) {
    step_failed e;
    e.step = s;
    e.code = failure_code::lost;
    e.message = "it broke";
    e.unknown = unknown;
    return e;
}

step_failed again(step s, bool unknown = false) {
    auto e = gave_up(s, unknown);
    e.retry_at = timestamp{5000};
    return e;
}

const std::vector<event> way_up{
    vm_requested{small_spec(), "alice"},
    started(step::register_key),
    key_created{7, "aa:bb", true},
    started(step::create_server, 2000, "web1"),
    server_created{42, "web1", "cx22", "fsn1", "192.0.2.1", "", {1}, false, "ssh-ed25519 H"},
    started(step::reach_ssh),
    ssh_ready{"192.0.2.1"},
    started(step::prepare_host_keys),
    host_keys_prepared{{"ssh-ed25519 P"}},
    started(step::run_recipe),
    recipe_run{true, 0, 0, "", 1},
    started(step::hand_over),
    activated{"192.0.2.1", {"ssh-ed25519 P"}}};

vm_state after(const std::vector<event>& events) {
    vm_state s;
    for (const event& e : events) {
        const auto done = evolve(s, e);
        INFO((done ? std::string() : done.error().message));
        REQUIRE(done);
    }
    return s;
}

vm_state up_to(std::size_t n) {
    return after(std::vector<event>(way_up.begin(), way_up.begin() + static_cast<std::ptrdiff_t>(n)));
}

template <class E>
vm_state then(vm_state s, E e) {
    REQUIRE(evolve(s, event(e)));
    return s;
}

template <class Effect>
Effect wanted(const vm_state& s) {
    const auto w = wants(s);
    REQUIRE(w);
    REQUIRE(std::holds_alternative<Effect>(*w));
    return std::get<Effect>(*w);
}

std::vector<event_record> records_of(const std::vector<event>& events) {
    std::vector<event_record> all;
    for (const event& e : events) {
        event_record r;
        r.stream.text = "s";
        r.version = all.size() + 1;
        r.type = type_of(e);
        r.schema_version = version_of(e);
        r.data = encode(e);
        all.push_back(r);
    }
    return all;
}

}  // namespace

TEST_CASE("every state on the way up wants its step") {
    CHECK_FALSE(wants(vm_state{}));
    const auto key = wanted<register_key_effect>(up_to(1));
    CHECK(key.fingerprint == "aa:bb");
    CHECK(key.unknown == 0);
    const auto create = wanted<create_server_effect>(up_to(3));
    CHECK(create.name == "web1");
    CHECK(create.key_id == 7);
    CHECK(create.where == small_spec().candidates[0]);
    CHECK(create.unknown == 0);
    const auto reach = wanted<reach_ssh_effect>(up_to(5));
    CHECK(reach.address == "192.0.2.1");
    CHECK(reach.host_key == "ssh-ed25519 H");
    CHECK(reach.actions == std::vector<std::int64_t>{1});
    CHECK(reach.deadline == std::chrono::seconds{120});
    CHECK(wanted<prepare_host_keys_effect>(up_to(7)).host_keys == std::vector<std::string>{"ssh-ed25519 H"});
    const auto recipe = wanted<run_recipe_effect>(up_to(9));
    CHECK(recipe.script == "true");
    CHECK(recipe.prepared == std::vector<std::string>{"ssh-ed25519 P"});
    CHECK(recipe.host_keys.size() == 2);
    CHECK(recipe.app.empty());
    CHECK_FALSE(recipe.in_doubt);
    const auto hand = wanted<hand_over_effect>(up_to(11));
    CHECK(hand.prepared == std::vector<std::string>{"ssh-ed25519 P"});
    CHECK(hand.host_keys.size() == 2);
    CHECK(hand.after_recipe);
    CHECK_FALSE(hand.in_doubt);
    CHECK_FALSE(wants(up_to(13)));
}

TEST_CASE("a log of a version that prepared the host keys behind the recipe goes on as it began") {
    vm_state s = then(up_to(7), started(step::run_recipe));
    const auto recipe = wanted<run_recipe_effect>(s);
    CHECK(recipe.in_doubt);
    CHECK(recipe.prepared.empty());
    s = then(s, recipe_run{true, 0, 0, "", 1});
    CHECK(wanted<prepare_host_keys_effect>(s).host_keys == std::vector<std::string>{"ssh-ed25519 H"});
    s = then(s, host_keys_prepared{{"ssh-ed25519 P"}});
    CHECK(wanted<hand_over_effect>(s).after_recipe);
    CHECK_FALSE(s.data.prepared_in_use);
    CHECK(up_to(11).data.prepared_in_use);
}

TEST_CASE("what may have begun on the VM is known to the next attempt of that step, and to no other") {
    CHECK_FALSE(wanted<run_recipe_effect>(then(up_to(10), again(step::run_recipe, false))).in_doubt);
    CHECK(wanted<run_recipe_effect>(up_to(10)).in_doubt);
    vm_state s = then(up_to(10), again(step::run_recipe, true));
    CHECK(wanted<run_recipe_effect>(s).in_doubt);
    s = then(then(s, started(step::run_recipe)), again(step::run_recipe, false));
    CHECK(wanted<run_recipe_effect>(s).in_doubt);
    s = then(s, recipe_run{true, 0, 0, "", 1});
    CHECK_FALSE(wanted<hand_over_effect>(s).in_doubt);
    CHECK(wanted<hand_over_effect>(up_to(12)).in_doubt);
    CHECK_FALSE(wanted<run_recipe_effect>(then(up_to(8), host_keys_prepared{{"P"}})).in_doubt);
    CHECK(wants(then(up_to(8), again(step::prepare_host_keys, true))).has_value());
    wanted<prepare_host_keys_effect>(then(up_to(8), again(step::prepare_host_keys, true)));
}

TEST_CASE("an app is waited for, with a recipe and without one") {
    vm_spec spec = small_spec();
    spec.app = "coolify";
    spec.recipe.clear();
    std::vector<event> events(way_up.begin(), way_up.begin() + 9);
    events[0] = vm_requested{spec, "alice"};
    vm_state s = after(events);
    CHECK(wanted<run_recipe_effect>(s).app == "coolify");
    s = then(s, recipe_run{});
    CHECK(wanted<hand_over_effect>(s).after_recipe);
    spec.app = "none";
    events[0] = vm_requested{spec, "alice"};
    s = then(after(events), recipe_run{});
    CHECK_FALSE(wanted<hand_over_effect>(s).after_recipe);
}

TEST_CASE("after an intent without a result, the next attempt looks first") {
    CHECK(wanted<register_key_effect>(up_to(2)).unknown == 1);
    CHECK(wanted<create_server_effect>(up_to(4)).unknown == 1);
    CHECK(wanted<create_server_effect>(then(up_to(4), again(step::create_server, true))).unknown == 1);
    vm_state died_twice = then(up_to(4), started(step::create_server, 3000, "web1"));
    CHECK(wanted<create_server_effect>(died_twice).unknown == 2);
    died_twice = then(died_twice, again(step::create_server, true));
    CHECK(wanted<create_server_effect>(died_twice).unknown == 2);
}

TEST_CASE("an attempt that certainly changed nothing leaves no doubt, unless an earlier one did") {
    const vm_state once = then(up_to(4), again(step::create_server, false));
    CHECK(wanted<create_server_effect>(once).unknown == 0);
    CHECK_FALSE(once.data.server_may_exist());
    vm_state twice = then(up_to(4), again(step::create_server, true));
    twice = then(twice, started(step::create_server, 2000, "web1"));
    twice = then(twice, again(step::create_server, false));
    CHECK(wanted<create_server_effect>(twice).unknown == 1);
    vm_state key = then(up_to(2), again(step::register_key, true));
    key = then(key, started(step::register_key, 1000));
    key = then(key, again(step::register_key, false));
    CHECK(wanted<register_key_effect>(key).unknown == 1);
}

TEST_CASE("the end deletes what exists and looks for what may exist") {
    const end_requested end{"asked"};
    CHECK_FALSE(wants(then(up_to(1), end)));
    const auto key_in_doubt = wanted<release_key_effect>(then(up_to(2), end));
    CHECK(key_in_doubt.key_id == 0);
    const auto key = wanted<release_key_effect>(then(up_to(3), end));
    CHECK(key.key_id == 7);
    CHECK(key.ours);
    const auto in_doubt = wanted<delete_server_effect>(then(up_to(4), end));
    CHECK(in_doubt.server_id == 0);
    for (std::size_t n = 5; n <= way_up.size(); ++n) {
        const vm_state s = then(up_to(n), end);
        CHECK(s.in("terminating"));
        CHECK(wanted<delete_server_effect>(s).server_id == 42);
        const vm_state without = then(s, server_deleted{42, true});
        CHECK(wanted<release_key_effect>(without).key_id == 7);
        CHECK_FALSE(wants(then(without, key_deleted{7, true})));
    }
}

TEST_CASE("while a request of unknown outcome may still be carried out, the end goes on looking for what it makes") {
    server_created made{42, "web1", "cx22", "fsn1", "192.0.2.1", "", {1}, true, "ssh-ed25519 H"};
    made.still_unknown = 1;
    vm_state s = then(then(up_to(4), made), end_requested{"asked"});
    CHECK(wanted<delete_server_effect>(s).server_id == 42);
    s = then(s, server_deleted{42, true});
    CHECK(wanted<delete_server_effect>(s).server_id == 0);
    CHECK(wants(then(s, server_deleted{43, true})).has_value());
    CHECK(wanted<release_key_effect>(then(s, server_deleted{0, false})).key_id == 7);
    key_created key{7, "aa:bb", true, 2};
    vm_state k = then(then(up_to(2), key), end_requested{"asked"});
    k = then(k, key_deleted{7, true});
    CHECK(wanted<release_key_effect>(k).key_id == 0);
    k = then(k, key_deleted{8, true});
    CHECK(wanted<release_key_effect>(k).key_id == 0);
    CHECK_FALSE(wants(then(k, key_kept{9, "used"})));
}

TEST_CASE("only a VM that has the key, or may have it, counts as its user") {
    CHECK(head_of(up_to(1), {}).key_fingerprint.empty());
    CHECK(head_of(up_to(2), {}).key_fingerprint == "aa:bb");
    CHECK(head_of(up_to(13), {}).key_fingerprint == "aa:bb");
    CHECK(head_of(then(up_to(2), key_created{7, "aa:bb", false}), {}).key_fingerprint.empty());
    vm_state s = then(then(up_to(13), end_requested{"asked"}), gave_up(step::delete_server));
    CHECK(head_of(s, {}).key_fingerprint == "aa:bb");
    CHECK(head_of(then(s, key_kept{7, "used"}), {}).key_fingerprint.empty());
}

TEST_CASE("a failure on the way up cleans up from every state") {
    for (std::size_t n : {2u, 4u, 6u, 8u, 10u, 12u}) {
        const vm_state s = then(up_to(n), gave_up(std::get<step_started>(way_up[n - 1]).step));
        CHECK(s.in("cleaning_up"));
        CHECK(s.data.failure->message == "it broke");
        CHECK(wants(s).has_value() == (n > 2));
    }
}

TEST_CASE("what is asked for: a request once, an end once, both with a reason when refused") {
    const auto first = decide(vm_state{}, request_vm{small_spec(), "alice"});
    REQUIRE(first);
    CHECK(first->size() == 1);
    CHECK(decide(up_to(1), request_vm{small_spec(), "alice"}).error().rule == "is_new");
    auto nowhere = small_spec();
    nowhere.candidates.clear();
    CHECK(decide(vm_state{}, request_vm{nowhere, "alice"}).error().rule == "has_candidates");

    for (std::size_t n = 1; n <= way_up.size(); ++n) CHECK(decide(up_to(n), end_vm{"asked"}));
    const vm_state ending = then(up_to(13), end_requested{"asked"});
    CHECK_THAT(decide(ending, end_vm{}).error().why, contains("being deleted already"));
    vm_state gone = then(then(ending, server_deleted{42, true}), key_deleted{7, true});
    gone = then(gone, terminated{});
    CHECK_THAT(decide(gone, end_vm{}).error().why, contains("has been deleted already"));
    CHECK_THAT(decide(gone, end_vm{}).error().rule, contains("terminated"));
}

TEST_CASE("an end before anything was begun is an end at once") {
    const auto events = decide(up_to(1), end_vm{"asked"});
    REQUIRE(events);
    REQUIRE(events->size() == 2);
    CHECK(type_of(events->back()) == "terminated");
}

TEST_CASE("what could not be deleted is a leak, and may be tried again") {
    vm_state s = then(up_to(13), end_requested{"asked"});
    s = then(s, gave_up(step::delete_server));
    CHECK(s.data.leaks(resource_kind::server));
    CHECK(s.data.leaked.front().id == 42);
    CHECK(s.data.leaked.front().name == "web1");
    s = then(s, key_kept{7, "used"});
    CHECK_FALSE(wants(s));
    const auto over = conclude(s, {});
    REQUIRE(over.size() == 1);
    REQUIRE(std::holds_alternative<termination_failed>(over.front()));
    s = then(s, std::get<termination_failed>(over.front()));
    CHECK_FALSE(head_of(s, {}).ended);
    const auto retry = decide(s, end_vm{});
    REQUIRE(retry);
    s = then(s, termination_retried{});
    CHECK(wanted<delete_server_effect>(s).server_id == 42);

    vm_state failed_vm = then(up_to(6), gave_up(step::reach_ssh));
    failed_vm = then(failed_vm, gave_up(step::delete_server));
    failed_vm = then(failed_vm, key_deleted{7, true});
    for (const event& e : conclude(failed_vm, {})) REQUIRE(evolve(failed_vm, e));
    CHECK(failed_vm.in("failed"));
    CHECK_FALSE(head_of(failed_vm, {}).ended);
    CHECK(decide(failed_vm, end_vm{}));
}

TEST_CASE("where what was left behind is gone, what is in doubt beside it is left behind until it cannot come any more") {
    auto made = std::get<server_created>(way_up[4]);
    made.still_unknown = 2;
    auto key = std::get<key_created>(way_up[2]);
    key.still_unknown = 1;
    vm_state s = then(then(then(up_to(2), key), way_up[3]), made);
    for (const step which : {step::reach_ssh, step::delete_server, step::release_key}) s = then(s, gave_up(which));
    for (const event& e : conclude(s, {})) REQUIRE(evolve(s, e));
    for (const std::int64_t id : {42, 0, 0}) {
        REQUIRE(mends(s));
        CHECK(std::get<delete_server_effect>(*mends(s)).server_id == id);
        s = then(s, server_deleted{id, true});
    }
    for (const std::int64_t id : {7, 0}) {
        CHECK_FALSE(head_of(s, {}).ended);
        REQUIRE(mends(s));
        CHECK(std::get<release_key_effect>(*mends(s)).key_id == id);
        s = then(s, key_deleted{id, true});
    }
    CHECK_FALSE(mends(s));
    CHECK(head_of(s, {}).ended);
}

TEST_CASE("a failed VM that left nothing cannot be deleted again") {
    vm_state s = then(up_to(2), gave_up(step::register_key));
    for (const event& e : conclude(s, {})) REQUIRE(evolve(s, e));
    CHECK(s.in("failed"));
    CHECK(head_of(s, {}).ended);
    const auto no = decide(s, end_vm{});
    REQUIRE_FALSE(no);
    CHECK_THAT(no.error().rule, contains("has_leaks"));
    CHECK_THAT(no.error().why, contains("nothing left to delete"));
}

TEST_CASE("replaying is folding: every prefix of a log gives the state that was there") {
    const auto records = records_of(way_up);
    for (std::size_t n = 1; n <= records.size(); ++n) {
        const auto replayed = replay({records.data(), n});
        REQUIRE(replayed);
        const vm_state folded = up_to(n);
        CHECK(replayed->version == n);
        CHECK(*replayed == folded);
    }
}

TEST_CASE("a log that says what the table does not allow is reported, never guessed around") {
    auto records = records_of(way_up);
    auto gap = records;
    gap.erase(gap.begin() + 3);
    CHECK(replay(gap).error().kind == error_kind::corrupt);
    CHECK_THAT(replay(gap).error().message, contains("version 4 is missing"));
    auto headless = records;
    headless.erase(headless.begin());
    for (auto& r : headless) --r.version;
    CHECK_THAT(replay(headless).error().message, contains("cannot begin with"));
    auto illegal = records;
    illegal[4] = records[12];
    illegal[4].version = 5;
    CHECK_THAT(replay(illegal).error().message, contains("activated"));
    CHECK_THAT(replay(illegal).error().message, contains("key_created"));
    auto broken = records;
    broken[2].data = "{}";
    CHECK_THAT(replay(broken).error().message, contains("version 3"));
    auto twice = records_of({way_up[0], way_up[0]});
    CHECK_THAT(replay(twice).error().message, contains("is_new"));
}

TEST_CASE("an event that is not allowed leaves the state as it was") {
    vm_state s = up_to(5);
    const vm_state before = s;
    CHECK_FALSE(evolve(s, event(terminated{})));
    CHECK(s == before);
}

TEST_CASE("the head of a stream says what a restart needs to know") {
    vm_state s = up_to(4);
    stream_head head = head_of(s, stream_id{"s"});
    CHECK(head.state == "key_created");
    CHECK_FALSE(head.at_rest);
    CHECK_FALSE(head.ended);
    CHECK(head.name == "web1");
    CHECK(head.owner == "alice");
    CHECK(head.key_fingerprint == "aa:bb");
    CHECK_FALSE(head.due_at);
    s = then(s, again(step::create_server));
    CHECK(head_of(s, {}).due_at == timestamp{5000});
    CHECK(head_of(up_to(13), {}).at_rest);
    CHECK(head_of(up_to(13), {}).definition == vm_kind_machine().fingerprint);
}
