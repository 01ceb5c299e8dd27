// What the compiler checks in a table. One struct per check in sml::broken: its static_assert says what is
// wrong, its template argument says where. The searches that find the culprits are in searches.hpp.
#pragma once

#include "sml/searches.hpp"

namespace sml_v1 {
namespace broken {

template <text Found>
struct initial_state {
    static_assert(Found.size() == 0, "sml: a table has exactly one initial state, marked with *");
};
template <text Found>
struct shadowed_row {
    static_assert(Found.size() == 0,
                  "sml: a row can never be taken: an earlier unguarded row has the same state and event");
};
template <text Found>
struct unreachable_state {
    static_assert(Found.size() == 0, "sml: a state cannot be reached from the initial state");
};
template <text Found>
struct dead_end {
    static_assert(Found.size() == 0, "sml: no row leaves a state that is not declared terminal");
};
template <text Found>
struct terminal_state_left {
    static_assert(Found.size() == 0, "sml: a row leaves a state that is declared terminal");
};
template <text Found>
struct unknown_state {
    static_assert(Found.size() == 0, "sml: terminal or waiting names a state that the table does not have");
};
template <text Found>
struct event_without_name {
    static_assert(Found.size() == 0, "sml: an event type has no `static constexpr std::string_view name`");
};
template <text Found>
struct event_name_twice {
    static_assert(Found.size() == 0, "sml: two events have the same name");
};
template <text Found>
struct event_not_listed {
    static_assert(Found.size() == 0, "sml: a row or refusal names an event that is not in `events`");
};
template <text Found>
struct event_without_row {
    static_assert(Found.size() == 0, "sml: no row uses an event of `events`");
};
template <text Found>
struct undecided {
    static_assert(Found.size() == 0, "sml: a state has neither a row nor a refusal for an event");
};
template <text Found>
struct row_and_refusal {
    static_assert(Found.size() == 0, "sml: a state has both a row and a refusal for an event");
};
template <text Found>
struct waits_for_ever {
    static_assert(Found.size() == 0, "sml: no escape event leaves a waiting state");
};
template <text Found>
struct bad_rename {
    static_assert(Found.size() == 0, "sml: a rename must lead from a name no state has to a state of the table, once");
};

}  // namespace broken

namespace detail {

// Check is one of the structs above; naming its size makes the compiler look at it.
template <template <text> class Check, const culprits& Found>
inline constexpr bool passed = sizeof(Check<spell<Found>()>) > 0;

// What both the machine and the plain facade insist on.
template <class Model>
struct basic_checks {
    static constexpr culprits initial = find_initial<Model>();
    static constexpr culprits shadowed = find_shadowed<Model>();

    static constexpr bool ok = passed<broken::initial_state, initial> && passed<broken::shadowed_row, shadowed>;
};

// The rest, for sml::machine. Def is the definition, Model its numbered table.
template <class Def, class Model>
struct full_checks {
    static constexpr culprits nameless = find_nameless(static_cast<typename Model::event_list*>(nullptr));
    static constexpr culprits twice = find_event_twice<Model>();
    static constexpr culprits unlisted = find_unlisted<Model>();
    static constexpr culprits unused = find_unused<Model>();
    static constexpr matrix_culprits in_matrix = find_in_matrix<Model>();
    static constexpr culprits undecided = in_matrix.undecided;  // clang 14 takes no member as an argument
    static constexpr culprits both = in_matrix.both;
    static constexpr culprits unreachable = find_unreachable<Model>();
    static constexpr culprits dead_ends = find_dead_ends<Def, Model>();
    static constexpr culprits left = find_left_terminals<Def, Model>();
    static constexpr culprits unknown_names = find_unknown_names<Def, Model>();
    static constexpr culprits stuck = find_stuck<Def, Model>();
    static constexpr culprits renamed = find_bad_renames<Def, Model>();

    static constexpr bool ok = basic_checks<Model>::ok && passed<broken::event_without_name, nameless> &&
                               passed<broken::event_name_twice, twice> && passed<broken::event_not_listed, unlisted> &&
                               passed<broken::event_without_row, unused> && passed<broken::undecided, undecided> &&
                               passed<broken::row_and_refusal, both> &&
                               passed<broken::unreachable_state, unreachable> && passed<broken::dead_end, dead_ends> &&
                               passed<broken::terminal_state_left, left> &&
                               passed<broken::unknown_state, unknown_names> && passed<broken::waits_for_ever, stuck> &&
                               passed<broken::bad_rename, renamed>;
};

}  // namespace detail
}  // namespace sml_v1
