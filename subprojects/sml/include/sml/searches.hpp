// The searches behind the checks: each returns the culprits it found, none if all is well.
//
// They run while compiling, on the arrays of a detail::model, and are linear in rows plus
// (states x events).
#pragma once

#include "sml/culprits.hpp"
#include "sml/lists.hpp"
#include "sml/model.hpp"

namespace sml_v1::detail {

template <class Model>
constexpr culprits find_initial() {
    culprits found;
    std::array<bool, Model::state_count> marked{};
    for (const auto& row : Model::facts) {
        if (row.initial && !marked[row.from]) found.add(Model::states[row.from]);
        marked[row.from] = marked[row.from] || row.initial;
    }
    if (found.count == 0) {
        found.add("none");
        return found;
    }
    return found.count == 1 ? culprits{} : found;
}

// For every (state, event): what the table says about it. Rows on unlisted events have no cell.
template <class Model>
struct matrix {
    static constexpr std::size_t events = Model::events.size();
    std::array<std::uint8_t, Model::state_count * events + 1> cells{};
    static constexpr std::uint8_t has_row = 1, has_fallback = 2, refused = 4;

    constexpr std::uint8_t& at(std::uint8_t state, std::uint8_t event) {
        return cells[event == unknown ? Model::state_count * events : state * events + event];
    }
};

template <class Model>
constexpr culprits find_shadowed() {
    using m = matrix<Model>;
    culprits found;
    m seen;
    std::size_t at = 0;
    for (const auto& row : Model::facts) {
        auto& cell = seen.at(row.from, row.event);
        if (row.event != unknown && (cell & m::has_fallback) != 0)
            found.add(Model::rows[at].from, Model::rows[at].event);
        if (!row.guarded) cell |= m::has_fallback;
        ++at;
    }
    return found;
}

template <class... Events>
constexpr culprits find_nameless(events<Events...>*) {
    culprits found;
    ((has_name<Events> ? void() : found.add(type_name_slice<Events>())), ...);
    return found;
}

template <class Model>
constexpr culprits find_event_twice() {
    culprits found;
    numbering<Model::events.size()> names;
    for (std::size_t i = 0; i < Model::events.size(); ++i) {
        const std::size_t before = names.count;
        names({Model::events[i], fnv1a(Model::events[i])});
        if (names.count == before) found.add(Model::events[i]);
    }
    return found;
}

template <class Model>
constexpr culprits find_unlisted() {
    culprits found;
    for (std::size_t i = 0; i < Model::facts.size(); ++i)
        if (Model::facts[i].event == unknown) found.add(Model::rows[i].from, Model::rows[i].event);
    for (const auto& refusal : Model::all.refusals)
        if (refusal.event == unknown)
            found.add(refusal.elsewhere ? "elsewhere" : Model::states[refusal.from], refusal.name);
    return found;
}

template <class Model>
constexpr culprits find_unused() {
    culprits found;
    std::array<bool, unknown + 1> used{};
    for (const auto& row : Model::facts) used[row.event] = true;
    for (std::size_t i = 0; i < Model::events.size(); ++i)
        if (!used[i]) found.add(Model::events[i]);
    return found;
}

struct matrix_culprits {
    culprits undecided, both;
};

template <class Model>
constexpr matrix_culprits find_in_matrix() {
    using m = matrix<Model>;
    matrix_culprits found;
    m cells;
    for (const auto& row : Model::facts) cells.at(row.from, row.event) |= m::has_row;
    for (std::size_t i = 0; i < Model::refused.size(); ++i)
        if (Model::refused[i]) cells.cells[i] |= m::refused;
    for (std::size_t i = 0; i < Model::state_count * m::events; ++i) {
        if (cells.cells[i] == 0) found.undecided.add(Model::states[i / m::events], Model::events[i % m::events]);
        if (cells.cells[i] == (m::has_row | m::refused))
            found.both.add(Model::states[i / m::events], Model::events[i % m::events]);
    }
    return found;
}

template <class Model>
constexpr culprits find_unreachable() {
    constexpr std::size_t rows = Model::facts.size();
    // Rows by source, as linked lists: first[state] and next[row] are row numbers + 1.
    std::array<std::size_t, Model::state_count> first{};
    std::array<std::size_t, rows> next{};
    for (std::size_t i = 0; i < rows; ++i) {
        next[i] = first[Model::facts[i].from];
        first[Model::facts[i].from] = i + 1;
    }
    std::array<bool, Model::state_count> reached{};
    std::array<std::uint8_t, Model::state_count> pending{};
    std::size_t pending_count = 1;
    pending[0] = Model::initial;
    reached[Model::initial] = true;
    while (pending_count > 0) {
        const std::uint8_t state = pending[--pending_count];
        for (std::size_t i = first[state]; i != 0; i = next[i - 1]) {
            const std::uint8_t to = Model::facts[i - 1].to;
            if (!reached[to]) pending[pending_count++] = to;
            reached[to] = true;
        }
    }
    culprits found;
    for (std::size_t i = 0; i < Model::state_count; ++i)
        if (!reached[i]) found.add(Model::states[i]);
    return found;
}

// Per state: does a row lead to another state?
template <class Model>
constexpr auto find_left() {
    std::array<bool, Model::state_count> left{};
    for (const auto& row : Model::facts)
        if (row.to != row.from) left[row.from] = true;
    return left;
}

template <class Model, class List>
constexpr auto marked_states() {
    std::array<bool, Model::state_count> marked{};
    for (const auto& name : List::list)
        if (const auto i = Model::state_index(name); i != unknown) marked[i] = true;
    return marked;
}

template <class Def, class Model>
constexpr culprits find_dead_ends() {
    culprits found;
    const auto left = find_left<Model>();
    const auto terminal = marked_states<Model, typename Def::terminal>();
    for (std::size_t i = 0; i < Model::state_count; ++i)
        if (!left[i] && !terminal[i]) found.add(Model::states[i]);
    return found;
}

template <class Def, class Model>
constexpr culprits find_left_terminals() {
    culprits found;
    const auto terminal = marked_states<Model, typename Def::terminal>();
    for (std::size_t i = 0; i < Model::facts.size(); ++i)
        if (terminal[Model::facts[i].from] && Model::facts[i].to != Model::facts[i].from)
            found.add(Model::rows[i].from, Model::rows[i].event);
    return found;
}

// The optional declarations of a definition, empty where it has none.
template <class Def>
struct waiting_of {
    using type = state_names<>;
};
template <class Def>
    requires requires { typename Def::waiting; }
struct waiting_of<Def> {
    using type = typename Def::waiting;
};
template <class Def>
struct escapes_of {
    using type = events<>;
};
template <class Def>
    requires requires { typename Def::escapes; }
struct escapes_of<Def> {
    using type = typename Def::escapes;
};
template <class Def>
struct renames_of {
    using type = renames<>;
};
template <class Def>
    requires requires { typename Def::renamed; }
struct renames_of<Def> {
    using type = typename Def::renamed;
};

template <class Def, class Model>
constexpr culprits find_unknown_names() {
    culprits found;
    for (const auto& name : Def::terminal::list)
        if (Model::state_index(name) == unknown) found.add(name);
    for (const auto& name : waiting_of<Def>::type::list)
        if (Model::state_index(name) == unknown) found.add(name);
    return found;
}

// Event index to "is in the list"; events the machine does not know fall into the last cell.
template <class Model, class... Events>
constexpr auto marked_events(events<Events...>*) {
    std::array<bool, unknown + 1> marked{};
    ((marked[event_index<Events, typename Model::event_list>] = true), ...);
    marked[unknown] = false;
    return marked;
}

template <class Def, class Model>
constexpr culprits find_stuck() {
    culprits found;
    const auto escape = marked_events<Model>(static_cast<typename escapes_of<Def>::type*>(nullptr));
    std::array<bool, Model::state_count> escapes{};
    for (const auto& row : Model::facts)
        if (row.to != row.from && escape[row.event]) escapes[row.from] = true;
    for (const auto& name : waiting_of<Def>::type::list)
        if (const auto i = Model::state_index(name); i != unknown && !escapes[i]) found.add(name);
    return found;
}

template <class Def, class Model>
constexpr culprits find_bad_renames() {
    culprits found;
    constexpr auto& list = renames_of<Def>::type::list;
    for (std::size_t i = 0; i < list.size(); ++i) {
        bool twice = false;
        for (std::size_t j = 0; j < i; ++j) twice = twice || list[j].old_name == list[i].old_name;
        if (twice || Model::state_index(list[i].old_name) != unknown || Model::state_index(list[i].new_name) == unknown)
            found.add(list[i].old_name, list[i].new_name);
    }
    return found;
}

}  // namespace sml_v1::detail
