// The notation of one row:
//
//     *"from"_s + event<E> [ guard ] / action = "to"_s        or        "to"_s <= "from"_s + ...
//
// C++ precedence does the parsing: [] binds before /, / before +, + before <= and =. Every operator
// returns a new value whose type has learned one more part, and the finished row is a plain struct that
// holds the guard and the action. A row without a destination is internal: the state stays.
//
// operator= returns a row instead of assigning one; that is the notation, hence the NOLINT.
#pragma once

#include "sml/callables.hpp"

namespace sml_v1 {

template <class T>
class sm;
template <class T>
class machine;

namespace detail {

struct internal {};  // in place of a destination

template <class From, bool Initial, class Event, class Guard, class Action, class To>
struct row;

template <class Event, class Guard, class Action>
struct trigger {
    Guard guard;
    Action action;

    template <class A>
    constexpr auto operator/(A a) const {
        static_assert(std::is_same_v<Action, nothing>, "sml: a row has one action; combine several as (a, b)");
        static_assert(!composed_guard<A>, "sml: a guard stands after /, where an action belongs");
        return trigger<Event, Guard, A>{guard, std::move(a)};
    }
};

template <class Event>
struct event_t {
    template <class G>
    constexpr auto operator[](G g) const {
        static_assert(!composed_action<G>, "sml: an action stands in [ ], where a guard belongs");
        return trigger<Event, G, nothing>{std::move(g), {}};
    }
    template <class A>
    constexpr auto operator/(A a) const {
        return trigger<Event, always, nothing>{} / std::move(a);
    }
};

// In Boost.SML a state may be a machine of its own. Here it would be a state like others, whose inner machine never runs.
template <class Name>
inline constexpr bool is_machine = requires(const Name& name) { name(); };
template <class T>
inline constexpr bool is_machine<sm<T>> = true;
template <class T>
inline constexpr bool is_machine<machine<T>> = true;

template <class Name, bool Initial = false>
struct state_t {
    static_assert(!is_machine<Name>, "sml: a state is a machine of its own: composite states are left out here");
    using name_type = Name;

    constexpr auto operator*() const { return state_t<Name, true>{}; }

    template <class E>
    constexpr auto operator+(event_t<E>) const {
        return row<Name, Initial, E, always, nothing, internal>{};
    }
    template <class E, class G, class A>
    constexpr auto operator+(trigger<E, G, A> t) const {
        return row<Name, Initial, E, G, A, internal>{std::move(t.guard), std::move(t.action)};
    }
};

template <class From, bool Initial, class Event, class Guard, class Action, class To>
struct row {
    Guard guard;
    Action action;

    template <class Name>
    constexpr auto operator=(state_t<Name>) const {  // NOLINT(misc-unconventional-assign-operator)
        static_assert(std::is_same_v<To, internal>, "sml: a row has one destination");
        return row<From, Initial, Event, Guard, Action, Name>{guard, action};
    }
};

template <class Name, class From, bool Initial, class Event, class Guard, class Action>
constexpr auto operator<=(state_t<Name>, row<From, Initial, Event, Guard, Action, internal> r) {
    return row<From, Initial, Event, Guard, Action, Name>{std::move(r.guard), std::move(r.action)};
}

template <class T>
inline constexpr bool is_row = false;
template <class From, bool Initial, class Event, class Guard, class Action, class To>
inline constexpr bool is_row<row<From, Initial, Event, Guard, Action, To>> = true;

// Everything about a row that its type knows.
template <class Row>
struct row_traits;
template <class From, bool Initial, class Event, class Guard, class Action, class To>
struct row_traits<row<From, Initial, Event, Guard, Action, To>> {
    using from = From;
    using event = Event;
    using guard = Guard;
    using action = Action;
    static constexpr bool internal_row = std::is_same_v<To, internal>;
    using to = std::conditional_t<internal_row, From, To>;
    static constexpr bool initial = Initial;
    static constexpr bool guarded = !std::is_same_v<Guard, always>;
};

struct terminate {
    static constexpr std::string_view name = "terminate";
};

}  // namespace detail

template <class Event>
inline constexpr detail::event_t<Event> event{};

template <class Name>
inline constexpr detail::state_t<Name> state{};

// The state nothing leaves, for tables in the plain style.
inline constexpr detail::state_t<detail::terminate> X{};

inline namespace literals {
template <text Name>
constexpr auto operator""_s() {
    return detail::state_t<literal<Name>>{};
}
}  // namespace literals

}  // namespace sml_v1
