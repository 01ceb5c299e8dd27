// make_transition_table(...) and rows(...): rows, refusals and fragments become one flat table.
//
// A fragment is what `rows` returns; it can be a part of several tables, and of other fragments. The order
// of the rows is the order in which they are written, fragments in place. A table keeps the rows as values
// (guards and actions live in them) and the refusals as types (they have no content).
#pragma once

#include "sml/notation.hpp"

namespace sml_v1 {

// A list of event types. Where single events are expected, a list of them will do as well.
template <class... Events>
struct events {
    static constexpr std::size_t size = sizeof...(Events);
};

namespace detail {

template <class From, class... Events>
struct refusal {};

template <class... Events>
struct refused_t {
    template <class From>
    friend constexpr auto operator+(state_t<From>, refused_t) {
        return refusal<From, Events...>{};
    }
};

struct elsewhere {};  // in place of a refusal's state: each that has neither a row nor a refusal for the event

struct refused_elsewhere_t {
    template <class Event>
    friend constexpr auto operator+(event_t<Event>, refused_elsewhere_t) {
        return refusal<elsewhere, Event>{};
    }
};

// One slot per row, found by its index through overload resolution: no recursion over the rows.
template <std::size_t I, class Row>
struct slot {
    Row value;
};
template <class Indexes, class... T>
struct slots;
template <std::size_t... I, class... T>
struct slots<std::index_sequence<I...>, T...> : slot<I, T>... {};

template <std::size_t I, class T>
constexpr const T& get(const slot<I, T>& s) {
    return s.value;
}
template <std::size_t I, class T>
constexpr T& get(slot<I, T>& s) {
    return s.value;
}
template <std::size_t I, class T>
T type_at(const slot<I, T>*);

template <class RowTypes, class RefusalTypes>
struct table;

template <class... Row, class... Refusal>
struct table<types<Row...>, types<Refusal...>> {
    using row_types = types<Row...>;
    using refusal_types = types<Refusal...>;
    using row_slots = slots<std::index_sequence_for<Row...>, Row...>;
    using refusal_slots = slots<std::index_sequence_for<Refusal...>, types<Refusal>...>;
    static constexpr std::size_t row_count = sizeof...(Row);
    static constexpr std::size_t refusal_count = sizeof...(Refusal);

    row_slots rows;
};

template <text... Names>
struct refused_in_t {
    template <class Event>
    friend constexpr auto operator+(event_t<Event>, refused_in_t) {
        return table<types<>, types<refusal<literal<Names>, Event>...>>{};
    }
};

// A part seen as a list of rows and a list of refusals.
template <class Part>
struct part_traits {
    static_assert(is_row<Part>, "sml: a table consists of rows, refusals and fragments");
    static constexpr std::size_t rows = 1, refusals = 0;
    template <std::size_t>
    static constexpr const Part& row(const Part& part) {
        return part;
    }
};
template <class From, class... Events>
struct part_traits<refusal<From, Events...>> {
    static constexpr std::size_t rows = 0, refusals = 1;
    template <std::size_t>
    static types<refusal<From, Events...>> refused();
};
template <class Rows, class Refusals>
struct part_traits<table<Rows, Refusals>> {
    using part = table<Rows, Refusals>;
    static constexpr std::size_t rows = part::row_count, refusals = part::refusal_count;
    template <std::size_t I>
    static constexpr const auto& row(const part& p) {
        return get<I>(p.rows);
    }
    template <std::size_t I>
    static auto refused() -> decltype(type_at<I>(static_cast<const typename part::refusal_slots*>(nullptr)));
};

// For every index of the flat list: which part it comes from, and its index there.
template <std::size_t N>
struct placement {
    std::size_t part[N + 1]{};
    std::size_t inner[N + 1]{};

    constexpr explicit placement(const std::size_t* counts, std::size_t parts) {
        std::size_t at = 0;
        for (std::size_t p = 0; p < parts; ++p)
            for (std::size_t i = 0; i < counts[p]; ++i, ++at) part[at] = p, inner[at] = i;
    }
};

// In place of a fold, which nests as deeply as it has operands: clang ends at 256.
template <std::size_t N>
constexpr std::size_t sum(const std::size_t (&counts)[N]) {
    std::size_t all = 0;
    for (const std::size_t one : counts) all += one;
    return all;
}

template <class... Part>
struct flatten {
    using part_slots = slots<std::index_sequence_for<Part...>, Part...>;
    template <std::size_t I>
    using part_at = decltype(type_at<I>(static_cast<const part_slots*>(nullptr)));

    static constexpr std::size_t row_counts[] = {part_traits<Part>::rows..., 0};
    static constexpr std::size_t refusal_counts[] = {part_traits<Part>::refusals..., 0};
    static constexpr std::size_t row_count = sum(row_counts);
    static constexpr std::size_t refusal_count = sum(refusal_counts);
    static constexpr placement<row_count> row_place{row_counts, sizeof...(Part)};
    static constexpr placement<refusal_count> refusal_place{refusal_counts, sizeof...(Part)};

    template <std::size_t I>
    static constexpr const auto& row(const part_slots& parts) {
        constexpr std::size_t part = row_place.part[I];
        return part_traits<part_at<part>>::template row<row_place.inner[I]>(get<part>(parts));
    }
    template <std::size_t I>
    using refusal_at =
        decltype(part_traits<part_at<refusal_place.part[I]>>::template refused<refusal_place.inner[I]>());

    template <class... T>
    static types<T...> unwrap(types<T>...);
    template <std::size_t... I>
    static auto refusals(std::index_sequence<I...>) -> decltype(unwrap(refusal_at<I>{}...));

    template <std::size_t... I>
    static constexpr auto build(std::index_sequence<I...>, const part_slots& parts) {
        using row_types = types<std::remove_cvref_t<decltype(row<I>(parts))>...>;
        using refusal_types = decltype(refusals(std::make_index_sequence<refusal_count>{}));
        return table<row_types, refusal_types>{{{row<I>(parts)}...}};
    }
};

}  // namespace detail

// These events are refused in this state, on purpose: `"active"_s + refused<key_created, server_created>`.
template <class... Events>
inline constexpr detail::refused_t<Events...> refused{};

// The same, said of the event: `event<end_requested> + refused_in<"terminating", "terminated">`. A state that is added
// to the table must then say what it does on the event.
template <text... States>
inline constexpr detail::refused_in_t<States...> refused_in{};

// For an event that means something in some states only: `event<key_created> + refused_elsewhere`.
inline constexpr detail::refused_elsewhere_t refused_elsewhere{};

template <class... Part>
constexpr auto make_transition_table(Part... parts) {
    using flat = detail::flatten<Part...>;
    const typename flat::part_slots all{{std::move(parts)}...};
    return flat::build(std::make_index_sequence<flat::row_count>{}, all);
}

// A fragment of a table. The same thing as a table; the name says what it is for.
template <class... Part>
constexpr auto rows(Part... parts) {
    return make_transition_table(std::move(parts)...);
}

}  // namespace sml_v1
