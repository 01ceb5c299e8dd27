// sml::sm<T>: the plain facade, for tables written in the style of Boost.SML's simple examples.
//
// T has operator() with the table and need declare nothing else. The object keeps the current state and
// the dependencies of its guards and actions: the constructor takes them in any order and hands them out by
// parameter type (lvalues by reference, temporaries kept inside). One object belongs to one thread at a
// time. An action runs before the state changes, so one that throws leaves the state as it was.
#pragma once

#include "sml/checks.hpp"
#include "sml/injection.hpp"

namespace sml_v1 {
namespace detail {

// ---- what a table's type says about events and dependencies

template <class Row>
using event_of = typename row_traits<Row>::event;

template <class... Event>
events<Event...> listed(types<Event...>);
// The events of the rows, each once.
template <class... Row>
auto events_of_rows(types<Row...>*) -> decltype(listed(typename each_once<types<>, event_of<Row>...>::type{}));

template <class Row>
using row_needs = decltype(typename needs<event_of<Row>, typename row_traits<Row>::guard>::type{} +
                           typename needs<event_of<Row>, typename row_traits<Row>::action>::type{});

template <class... Row>
auto needs_of_rows(types<Row...>*) -> typename concatenated<types<>, row_needs<Row>...>::type;

template <class D, class Needs>
inline constexpr bool is_changed = false;
template <class D, class... A>
inline constexpr bool is_changed<D, types<A...>> = [] {
    constexpr bool changes[] = {std::is_same_v<A, D&>..., false};
    for (const bool one : changes)
        if (one) return true;
    return false;
}();

template <class... A>
auto distinct(types<A...>) -> typename each_once<types<>, std::remove_cvref_t<A>...>::type;
template <class Needs, class... D>
auto pool_for(types<D...>) -> pool<dependency<D, is_changed<D, Needs>>...>;

// What a visitor of the current state gets.
class visited_name {
public:
    constexpr explicit visited_name(const char* name) : name_(name) {}
    constexpr const char* c_str() const { return name_; }

private:
    const char* name_;
};

}  // namespace detail

template <class T>
class sm {
    using table_type = std::remove_cvref_t<decltype(std::declval<T&>()())>;
    using row_types = typename table_type::row_types;
    using list = decltype(detail::events_of_rows(static_cast<row_types*>(nullptr)));
    using model = detail::model<T, list>;
    static_assert(detail::basic_checks<model>::ok);

    using all_needs = decltype(detail::needs_of_rows(static_cast<row_types*>(nullptr)));
    using pool_type = decltype(detail::pool_for<all_needs>(detail::distinct(all_needs{})));

public:
    // Takes the dependencies, and a T where the table needs one that is not default-constructed.
    template <class... Dependency>
        requires(!std::is_same_v<std::remove_cvref_t<Dependency>, sm> && ...)
    explicit sm(Dependency&&... dependency)
        : self_(pick_self(dependency...)), table_(self_()), pool_(detail::types<Dependency...>{}, dependency...) {}

    // A guard or action may have captured `this` of the T inside, so a copy makes its own table.
    sm(const sm& other) : self_(other.self_), table_(self_()), pool_(other.pool_), current_(other.current_) {}
    sm& operator=(const sm&) = delete;
    ~sm() = default;

    // True if a row was taken.
    template <class Event>
    bool process_event(const Event& event) {
        return dispatch<0, rows_on<Event>.count>(event);
    }

    template <class Name>
    bool is(detail::state_t<Name>) const {
        constexpr std::uint8_t index = model::state_index(name_of<Name>);
        static_assert(index != detail::unknown, "sml: the table has no state of this name");
        return current_ == index;
    }

    // Calls visitor(s) once; s.c_str() is the name of the current state.
    template <class Visitor>
    void visit_current_states(Visitor&& visitor) const {
        visitor(detail::visited_name{model::states[current_].data()});
    }

private:
    struct row_list {
        std::array<std::size_t, model::rows.size()> rows{};
        std::size_t count = 0;
    };
    template <class Event>
    static constexpr row_list rows_on = [] {
        row_list found;
        constexpr std::uint8_t on = detail::event_index<Event, list>;
        for (std::size_t i = 0; i < model::facts.size(); ++i)
            if (on != detail::unknown && model::facts[i].event == on) found.rows[found.count++] = i;
        return found;
    }();

    static T pick_self() { return T{}; }
    template <class First, class... Rest>
    static T pick_self(const First& first, const Rest&... rest) {
        if constexpr (std::is_same_v<First, T>)
            return first;
        else
            return pick_self(rest...);
    }

    // As machine::try_rows.
    template <std::size_t First, std::size_t Count, class Event>
    bool dispatch([[maybe_unused]] const Event& event) {
        if constexpr (Count > 64)
            return dispatch<First, Count / 2>(event) || dispatch<First + Count / 2, Count - Count / 2>(event);
        else
            return [&]<std::size_t... I>(std::index_sequence<I...>) {
                return (try_row<rows_on<Event>.rows[First + I]>(event) || ...);
            }(std::make_index_sequence<Count>{});
    }

    template <std::size_t I, class Event>
    bool try_row(const Event& event) {
        constexpr auto& facts = model::facts[I];
        if (current_ != facts.from) return false;
        auto& row = detail::get<I>(table_.rows);
        const detail::injector<Event, pool_type> call{event, pool_};
        if constexpr (facts.guarded)
            if (!static_cast<bool>(call(row.guard))) return false;
        if constexpr (!std::is_same_v<decltype(row.action), detail::nothing>) call(row.action);
        current_ = facts.to;
        return true;
    }

    T self_;
    table_type table_;
    pool_type pool_;
    std::uint8_t current_ = model::initial;
};

}  // namespace sml_v1
