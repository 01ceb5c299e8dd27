// What sml::machine promises: the four answers of step, names, restoring, exceptions, and that all of it
// works while compiling.
#include "check.hpp"
#include "vm_table.hpp"

#include <stdexcept>
#include <type_traits>

using namespace vm_test;
using sml::outcome;

namespace {

constexpr bool is(sml::verdict v, outcome what, int row, bool refused = false) {
    return v.what == what && v.row == row && v.refused == refused;
}

// ---- a whole life, folded by the compiler

constexpr bool lives_and_ends() {
    vm::state s;
    life l;
    bool ok = s == vm::initial && vm::name(s) == "accepted";
    ok = ok && is(vm::step(s, l, step_failed{}), outcome::stayed, 1) && l.tries == 1;
    ok = ok && is(vm::step(s, l, key_created{7}), outcome::moved, 0) && l.key == 7 && l.tries == 0;
    ok = ok && is(vm::step(s, l, server_created{8}), outcome::moved, 3) && l.server == 8;
    ok = ok && is(vm::step(s, l, ssh_ready{}), outcome::moved, 6) && vm::name(s) == "active";
    ok = ok && is(vm::step(s, l, cancelled{}), outcome::moved, 11) && vm::name(s) == "terminating";
    ok = ok && is(vm::step(s, l, cleaned_up{}), outcome::moved, 15) && vm::is_terminal(s);
    return ok && vm::name(s) == "terminated";
}
static_assert(lives_and_ends());

// ---- names and values

static_assert(vm::states.size() == 8 && vm::states[0] == "accepted" && vm::states[7] == "terminated");
static_assert(vm::event_names.size() == 6 && vm::event_names[3] == "step_failed");
static_assert(vm::find("active") == vm::at<"active"> && !vm::find("nowhere") && !vm::find(""));
static_assert(vm::find("running") == vm::at<"active"> && vm::find("deleting") == vm::at<"terminating">);
static_assert(vm::initial == vm::at<"accepted"> && vm::state{} == vm::initial);
static_assert(vm::is_terminal(vm::at<"failed">) && !vm::is_terminal(vm::at<"active">));
static_assert(vm::is_waiting(vm::at<"accepted">) && !vm::is_waiting(vm::at<"active">));
static_assert(sizeof(vm::state) == 1 && std::is_trivially_copyable_v<vm::state>);
static_assert(vm::at<"accepted"> < vm::at<"failed"> && vm::at<"accepted"> != vm::at<"failed">);

constexpr bool every_name_is_found() {
    for (const auto name : vm::states)
        if (!vm::find(name) || vm::name(*vm::find(name)) != name) return false;
    return true;
}
static_assert(every_name_is_found());

// ---- rows and refusals as data

static_assert(vm::rows.size() == 17 && vm::refusals.size() == 34);
static_assert(vm::rows[0].initial && !vm::rows[0].internal && vm::rows[0].to == "key_created");
static_assert(vm::rows[0].action == "keep_key, forget_tries" && vm::rows[0].guard.empty());
static_assert(vm::rows[1].internal && vm::rows[1].to == "accepted");
static_assert(vm::rows[1].guard == "tries_left && !is_final");
static_assert(vm::rows[7].from == "server_created" && vm::rows[7].to == "cleaning_up");  // written with <=
static_assert(vm::rows[14].guard == "!tries_left || ?");                                 // an unnamed part
static_assert(vm::refusals[0].from == "accepted" && vm::refusals[0].event == "server_created");

// The same refusals said of the event, and of all states that have no row for it.
struct by_event_table : table {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            spine_rows(),  //
            "accepted"_s + event<cancelled> = "cleaning_up"_s, "key_created"_s + event<cancelled> = "cleaning_up"_s,
            "server_created"_s + event<cancelled> = "cleaning_up"_s, "active"_s + event<cancelled> = "terminating"_s,
            "cleaning_up"_s + event<cleaned_up> / keep_leak = "failed"_s,
            "cleaning_up"_s + event<step_failed> / plan_retry = "cleaning_up"_s,
            "terminating"_s + event<cleaned_up> = "terminated"_s,
            "terminating"_s + event<step_failed>[tries_left] / plan_retry,  //
            event<key_created> + refused_elsewhere, event<server_created> + refused_elsewhere,
            event<ssh_ready> + refused_elsewhere, event<cleaned_up> + refused_elsewhere,
            event<step_failed> + refused_in<"active", "failed", "terminated">,
            event<cancelled> + refused_in<"cleaning_up", "terminating", "failed">, "terminated"_s + refused<cancelled>,
            event<cancelled> + refused_elsewhere);  // none are left
    }
};
using by_event = sml::machine<by_event_table>;

constexpr bool same_refusals() {
    if (by_event::refusals.size() != vm::refusals.size()) return false;
    for (std::size_t i = 0; i < vm::refusals.size(); ++i)
        if (by_event::refusals[i].from != vm::refusals[i].from || by_event::refusals[i].event != vm::refusals[i].event)
            return false;
    return true;
}
static_assert(same_refusals());
static_assert([] {
    by_event::state s = by_event::at<"active">;
    life l;
    return is(by_event::step(s, l, ssh_ready{}), outcome::no_row, -1, true) && s == by_event::at<"active">;
}());

void rows_describe_themselves() {
    CHECK(vm::describe(1) == "accepted + step_failed [tries_left && !is_final] / plan_retry");
    CHECK(vm::describe(2) == "accepted + step_failed = cleaning_up");
    CHECK(vm::describe(vm::rows[0]) == "accepted + key_created / keep_key, forget_tries = key_created");
}

// ---- the four answers

void moves_and_stays() {
    vm::state s = vm::at<"cleaning_up">;
    life l;
    CHECK(is(vm::step(s, l, step_failed{}), outcome::stayed, 13));  // its destination is its source
    CHECK(l.tries == 1 && s == vm::at<"cleaning_up">);
    const auto v = vm::step(s, l, cleaned_up{true});
    CHECK(is(v, outcome::moved, 12) && v.taken() && l.leaked && s == vm::at<"failed">);
}

void first_row_whose_guard_agrees_is_taken() {
    vm::state s;
    life l;
    CHECK(is(vm::step(s, l, step_failed{true}), outcome::moved, 2));
    CHECK(s == vm::at<"cleaning_up"> && l.tries == 0);
}

void guarded_names_the_last_row_that_said_no() {
    vm::state s = vm::at<"terminating">;
    life l{.tries = most_tries};
    const life before = l;
    const auto v = vm::step(s, l, step_failed{});
    CHECK(is(v, outcome::guarded, 16) && !v.taken());
    CHECK(s == vm::at<"terminating"> && l == before);
}

void refused_leaves_everything_as_it_was() {
    vm::state s = vm::at<"active">;
    life l{.tries = 1, .key = 2, .server = 3};
    const life before = l;
    const auto v = vm::step(s, l, key_created{9});
    CHECK(is(v, outcome::no_row, -1, true) && !v.taken());
    CHECK(s == vm::at<"active"> && l == before);
}

// ---- every way to write a guard or an action

struct e {
    static constexpr std::string_view name = "e";
    int n = 0;
};
struct shapes {
    struct data {
        int sum = 0;
    };
    using events = sml::events<e>;
    using terminal = sml::state_names<"z">;
    static constexpr int twice(int n) { return 2 * n; }
    static constexpr void add(data& d, const e& event) { d.sum += twice(event.n); }
    constexpr auto operator()() const {
        using namespace sml;
        constexpr auto yes = [] { return true; };
        constexpr auto has = [](const e& event) { return event.n > 0; };
        constexpr auto any = [](const data& d) { return d.sum > 0; };
        constexpr auto above = [](const auto& d, const auto& event) { return d.sum > event.n; };
        // clang-format off
        return make_transition_table(
           *"a"_s + event<e> [ yes ]   / [](data& d, const e& event) { d.sum += event.n; } = "b"_s,
            "b"_s + event<e> [ has ]   / [](data& d) { d.sum += 10; }                      = "c"_s,
            "c"_s + event<e> [ any ]   / [](const e&) {}                                   = "d"_s,
            "d"_s + event<e> [ above ] / [] {}                                             = "f"_s,
            "f"_s + event<e> [ !(yes && !has) && (has || !yes) ] / &shapes::add            = "z"_s,
            "z"_s + sml::refused<e>);
        // clang-format on
    }
};
using shaped = sml::machine<shapes>;

constexpr int run_shapes() {
    shaped::state s;
    shapes::data d;
    for (int i = 0; i < 5; ++i)
        if (!shaped::step(s, d, e{1}).taken()) return -1;
    return s == shaped::at<"z"> ? d.sum : -2;
}
static_assert(run_shapes() == 1 + 10 + 2);

inline constexpr auto a = sml::guard<"a">([] { return true; });
inline constexpr auto b = sml::guard<"b">([] { return false; });
inline constexpr auto x = sml::action<"x">([](int& n) { n = 1; });
inline constexpr auto y = sml::action<"y">([](int& n) { n = 2; });
template <class T>
constexpr std::string_view spelled(T) {
    return T::name;
}
static_assert(spelled(!a) == "!a" && spelled(a && b) == "a && b" && spelled(a || b) == "a || b");
static_assert(spelled(!(a && b)) == "!(a && b)" && spelled(!!a) == "!!a");
static_assert(spelled((a || b) && a) == "(a || b) && a" && spelled(a || (b && a)) == "a || b && a");
static_assert(spelled((x, y)) == "x, y" && spelled((x, y, x)) == "x, y, x");
static_assert(a() && !b());  // a named guard can be called by itself

// ---- several guards that all say no

struct go {
    static constexpr std::string_view name = "go";
};
struct two_guards {
    struct data {};
    using events = sml::events<go>;
    using terminal = sml::state_names<"end">;
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(*"start"_s + event<go>[b] = "end"_s, "start"_s + event<go>[b && a],
                                     "end"_s + sml::refused<go>);
    }
};
constexpr sml::verdict ask_two_guards() {
    sml::machine<two_guards>::state s;
    two_guards::data d;
    return sml::machine<two_guards>::step(s, d, go{});
}
static_assert(is(ask_two_guards(), outcome::guarded, 1));

// ---- exceptions

struct fragile_table {
    struct data {
        bool guard_throws = false;
        int done = 0;
    };
    using events = sml::events<go>;
    using terminal = sml::state_names<"end">;
    constexpr auto operator()() const {
        using namespace sml;
        constexpr auto may = [](const data& d) {
            if (d.guard_throws) throw std::runtime_error("guard");
            return true;
        };
        constexpr auto count = [](data& d) { ++d.done; };
        constexpr auto fail = [](data& d) {
            if (d.done == 1) throw std::runtime_error("action");
        };
        return make_transition_table(*"start"_s + event<go>[may] / (count, fail) = "end"_s, "end"_s + sml::refused<go>);
    }
};
using fragile = sml::machine<fragile_table>;

void a_throwing_guard_or_action_leaves_the_state() {
    fragile::state s;
    fragile_table::data d{.guard_throws = true};
    int caught = 0;
    for (int i = 0; i < 2; ++i) {
        try {
            (void)fragile::step(s, d, go{});
        } catch (const std::runtime_error& error) {
            caught += error.what() == std::string_view(i == 0 ? "guard" : "action");
        }
        CHECK(s == fragile::initial);
        CHECK(d.done == i);
        d.guard_throws = false;
    }
    CHECK(caught == 2);
    CHECK(fragile::step(s, d, go{}).taken() && s == fragile::at<"end"> && d.done == 2);
}

}  // namespace

int main() {
    rows_describe_themselves();
    moves_and_stays();
    first_row_whose_guard_agrees_is_taken();
    guarded_names_the_last_row_that_said_no();
    refused_leaves_everything_as_it_was();
    a_throwing_guard_or_action_leaves_the_state();
    return checks_failed;
}
