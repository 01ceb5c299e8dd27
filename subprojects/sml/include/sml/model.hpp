// What a table's type says, as arrays of small numbers.
//
// States and events become indexes once, here; everything after (checks, step, diagrams) works on plain
// constexpr arrays. States are numbered in the order in which they appear as a source, then those that are
// only destinations. All of it is linear in the size of the table: interpreting constants is slow, and
// clang gives up after about a million steps.
#pragma once

#include "sml/table.hpp"

#include <array>
#include <bit>

namespace sml_v1 {

// One row, for people and diagrams. `to` of an internal row is the state it stays in.
struct row_info {
    std::string_view from, event, guard, action, to;
    bool internal = false;  // no destination was written
    bool initial = false;   // the source was marked with *
};

struct refusal_info {
    std::string_view from, event;
};

namespace detail {

// ---- events

template <class Done, class... Rest>
struct flat_events {
    using type = Done;
};
template <class... Done, class Event, class... Rest>
struct flat_events<events<Done...>, Event, Rest...> : flat_events<events<Done..., Event>, Rest...> {};
template <class... Done, class... Nested, class... Rest>
struct flat_events<events<Done...>, events<Nested...>, Rest...> : flat_events<events<Done...>, Nested..., Rest...> {};
template <class... Events>
using flat_events_t = typename flat_events<events<>, Events...>::type;

inline constexpr std::uint8_t unknown = 255;
inline constexpr std::size_t most = 254;  // states, and events, that an index can tell apart

template <class Event, class List>
inline constexpr std::uint8_t event_index = unknown;
template <class Event, class... Events>
inline constexpr std::uint8_t event_index<Event, events<Events...>> = [] {
    constexpr bool same[] = {std::is_same_v<Event, Events>..., true};
    std::size_t at = 0;
    while (!same[at]) ++at;
    return at < sizeof...(Events) && at < unknown ? static_cast<std::uint8_t>(at) : unknown;
}();

template <class List>
inline constexpr std::array<std::string_view, 0> event_names{};
template <class... Events>
inline constexpr std::array<std::string_view, sizeof...(Events)> event_names<events<Events...>>{name_of<Events>...};

// ---- states

struct name_key {
    std::string_view name;
    std::uint64_t hash = 0;
};
template <class Name>
inline constexpr name_key key_of{name_of<Name>, fnv1a(name_of<Name>)};

// Names to indexes, by open addressing. Capacity is the number of mentions, an upper bound.
template <std::size_t Capacity>
struct numbering {
    static constexpr std::size_t size = std::bit_ceil(2 * Capacity + 2);
    std::array<std::string_view, Capacity + 1> names{};
    std::array<std::size_t, size> places{};  // index + 1, 0 = free
    std::size_t count = 0;

    constexpr std::uint8_t operator()(const name_key& key) {
        std::size_t at = key.hash & (size - 1);
        while (places[at] != 0 && names[places[at] - 1] != key.name) at = (at + 1) & (size - 1);
        if (places[at] == 0) {
            names[count] = key.name;
            places[at] = ++count;
        }
        return static_cast<std::uint8_t>(places[at] - 1);
    }
};

struct row_facts {
    std::uint8_t from = 0, to = 0, event = 0;
    bool guarded = false, internal = false, initial = false;
};

// ---- from types to arrays

template <class... Row>
constexpr auto row_infos(types<Row...>*) {
    return std::array<row_info, sizeof...(Row)>{row_info{
        key_of<typename row_traits<Row>::from>.name, name_of<typename row_traits<Row>::event>,
        callable_name<typename row_traits<Row>::guard>(), callable_name<typename row_traits<Row>::action>(),
        key_of<typename row_traits<Row>::to>.name, row_traits<Row>::internal_row, row_traits<Row>::initial}...};
}

template <class From, class... Events>
constexpr auto events_of(refusal<From, Events...>*) {
    return static_cast<flat_events_t<Events...>*>(nullptr);
}

// The state names and the numbered rows and refusals of one table. List is the machine's event list.
template <class Rows, class Refusals, class List>
struct numbers;
template <class... Row, class... Refusal, class List>
struct numbers<types<Row...>, types<Refusal...>, List> {
    template <class... Events>
    static constexpr std::size_t count(events<Events...>*) {
        return sizeof...(Events);
    }
    static constexpr std::size_t row_count = sizeof...(Row);
    static constexpr std::size_t refusal_counts[] = {count(events_of(static_cast<Refusal*>(nullptr)))..., 0};
    static constexpr std::size_t refusal_count = sum(refusal_counts);

    struct refused_event {
        std::uint8_t from = 0, event = 0;
        std::string_view name;
        bool elsewhere = false;  // `from` is none
    };
    struct result {
        numbering<2 * sizeof...(Row) + sizeof...(Refusal)> states;
        std::array<row_facts, row_count> rows{};
        std::array<refused_event, refusal_count> refusals{};
    };

    template <class From, class... Events>
    static constexpr void add(result& r, std::size_t& at, events<Events...>*) {
        constexpr bool elsewhere = std::is_same_v<From, detail::elsewhere>;
        std::uint8_t from = 0;
        if constexpr (!elsewhere) from = r.states(key_of<From>);
        constexpr std::string_view names[] = {name_of<Events>..., ""};
        constexpr std::uint8_t indexes[] = {event_index<Events, List>..., 0};
        for (std::size_t i = 0; i < sizeof...(Events); ++i, ++at)
            r.refusals[at] = {from, indexes[i], names[i], elsewhere};
    }
    template <class From, class... Events>
    static constexpr void add(result& r, std::size_t& at, refusal<From, Events...>* of) {
        add<From>(r, at, events_of(of));
    }

    static constexpr result count_all() {
        result r;
        const row_facts rows[] = {
            row_facts{r.states(key_of<typename row_traits<Row>::from>), 0,
                      event_index<typename row_traits<Row>::event, List>, row_traits<Row>::guarded,
                      row_traits<Row>::internal_row, row_traits<Row>::initial}...,
            row_facts{}};
        const name_key destinations[] = {key_of<typename row_traits<Row>::to>..., name_key{}};
        for (std::size_t i = 0; i < row_count; ++i) {
            r.rows[i] = rows[i];
            r.rows[i].to = r.states(destinations[i]);
        }
        [[maybe_unused]] std::size_t at = 0;
        [[maybe_unused]] const bool added[] = {(add(r, at, static_cast<Refusal*>(nullptr)), true)..., true};
        return r;
    }
};

// Def is the struct with the table. Names below carry Def only, never the table's type: its spelling is
// kilobytes long, and it would be part of every symbol.
template <class Def, class List>
struct model {
    using table_type = std::remove_cvref_t<decltype(std::declval<Def&>()())>;
    using row_types = typename table_type::row_types;
    using counted = numbers<row_types, typename table_type::refusal_types, List>;

    static constexpr auto all = counted::count_all();
    static constexpr std::size_t state_count = all.states.count;
    static_assert(state_count > 0, "sml: a table needs at least one row");
    static_assert(state_count <= most, "sml: more than 254 states");
    static_assert(List::size <= most, "sml: more than 254 events");

    static constexpr const auto& facts = all.rows;
    static constexpr auto rows = row_infos(static_cast<row_types*>(nullptr));
    static constexpr const auto& events = event_names<List>;

    static constexpr auto states = [] {
        std::array<std::string_view, state_count> names{};
        for (std::size_t i = 0; i < state_count; ++i) names[i] = all.states.names[i];
        return names;
    }();

    // Per state and event: refused on purpose. An event that is refused elsewhere is so where no row has it.
    static constexpr auto refused = [] {
        std::array<bool, state_count * List::size> cells{};
        std::array<bool, unknown + 1> is_elsewhere{};
        bool any = false;
        for (const auto& r : all.refusals) {
            if (r.event == unknown) continue;
            if (!r.elsewhere) cells[r.from * List::size + r.event] = true;
            if (r.elsewhere) any = is_elsewhere[r.event] = true;
        }
        if (!any) return cells;
        std::array<bool, state_count * List::size> has_row{};
        for (const auto& row : facts)
            if (row.event != unknown) has_row[row.from * List::size + row.event] = true;
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (is_elsewhere[i % List::size] && !has_row[i]) cells[i] = true;
        return cells;
    }();
    // In the order of the states and, within each, of the events, however the table says it.
    static constexpr auto refusals = [] {
        constexpr std::size_t count = [] {
            std::size_t n = 0;
            for (const bool is : refused) n += is;
            return n;
        }();
        std::array<refusal_info, count> infos{};
        std::size_t at = 0;
        for (std::size_t i = 0; i < refused.size(); ++i)
            if (refused[i]) infos[at++] = {states[i / List::size], events[i % List::size]};
        return infos;
    }();

    static constexpr std::uint8_t state_index(std::string_view name) {
        for (std::size_t i = 0; i < state_count; ++i)
            if (states[i] == name) return static_cast<std::uint8_t>(i);
        return unknown;
    }

    // The first one marked; that there is exactly one is a check.
    static constexpr std::uint8_t initial = [] {
        for (const auto& row : facts)
            if (row.initial) return row.from;
        return std::uint8_t{0};
    }();
};

}  // namespace detail
}  // namespace sml_v1
