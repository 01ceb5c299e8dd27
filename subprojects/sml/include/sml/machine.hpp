// sml::machine<T>: a checked transition table whose step is a pure function.
//
// T says what the machine is: `data`, `events`, `terminal`, optionally `waiting` + `escapes` and `renamed`,
// and operator() with the table. Everything in machine<T> is static; the state is a one-byte value that the
// caller keeps beside its data. Nothing is fired and nothing remembered, so replaying a log, deciding and
// simulating all use the same `step`. A table that breaks a rule (checks.hpp) does not compile.
#pragma once

#include "sml/checks.hpp"

#include <compare>
#include <optional>
#include <string>

namespace sml_v1 {

enum class outcome : std::uint8_t {
    moved,    // a row was taken and led to another state
    stayed,   // a row was taken and led back: an internal row, or one whose destination is its source
    guarded,  // there are rows for this event in this state, and every guard said no
    no_row,   // there is none, or the event is refused here on purpose
};

struct verdict {
    outcome what = outcome::no_row;
    bool refused = false;  // with no_row: the table lists the event as refused in this state
    int row = -1;          // the row taken, or the last one whose guard said no; -1 with no_row

    constexpr bool taken() const { return what == outcome::moved || what == outcome::stayed; }
};

// "accepted + step_failed [may_retry] / plan_retry", with "= to" unless the row is internal.
std::string describe(const row_info& row);

namespace detail {

// Calls guards and actions with what they ask for: (data, event), (event), (data) or (), tried in that
// order. Data is const for guards.
template <class Data, class Event>
struct with_data {
    Data& data;
    const Event& event;

    template <class F>
    constexpr decltype(auto) operator()(const F& f) const {
        if constexpr (composed<F>)
            return F::with(f, *this);
        else if constexpr (requires { f(data, event); })
            return f(data, event);
        else if constexpr (requires { f(event); })
            return f(event);
        else if constexpr (requires { f(data); })
            return f(data);
        else if constexpr (requires { f(); })
            return f();
        else
            static_assert(never<F>,
                          "sml: a guard takes (const data&, event), (event), (const data&) or (), "
                          "an action (data&, event), (event), (data&) or ()");
    }
};

// FNV-1a over the rows in order and over the set of terminal states. Each field ends with a byte that
// cannot be part of a name. The recipe must not change: fingerprints are stored.
template <class Def, class Model>
constexpr std::uint64_t fingerprint() {
    std::uint64_t hash = fnv1a_start;
    auto field = [&](std::string_view s) { hash = fnv1a("\x1f", fnv1a(s, hash)); };
    for (const auto& row : Model::rows) {
        field(row.initial ? "*" : "");
        field(row.from);
        field(row.event);
        field(row.guard);
        field(row.action);
        field(row.internal ? "" : row.to);
    }
    std::uint64_t terminal = 0;  // a sum, because the order of a set says nothing
    for (const auto& name : Def::terminal::list) terminal += fnv1a(name);
    for (int byte = 0; byte < 8; ++byte) hash = (hash ^ ((terminal >> (8 * byte)) & 0xff)) * 0x100000001b3u;
    return hash;
}

constexpr std::array<char, 16> hex_digits(std::uint64_t value) {
    std::array<char, 16> digits{};
    for (std::size_t i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 0xf];
    return digits;
}

template <class Def, class List>
struct machine_model : model<Def, List> {
    using event_list = List;
};

}  // namespace detail

inline std::string hex(std::uint64_t value) {
    const auto digits = detail::hex_digits(value);
    return {digits.data(), digits.size()};
}

template <class T>
class machine {
    using list = detail::flat_events_t<typename T::events>;
    using model = detail::machine_model<T, list>;
    static_assert(detail::full_checks<T, model>::ok);

public:
    using definition = T;
    using data = typename T::data;
    using events = list;

    // One byte. A default-constructed state is the initial one.
    struct state {
        std::uint8_t index = model::initial;
        friend constexpr auto operator<=>(state, state) = default;
    };

    static constexpr state initial{};
    static constexpr const auto& states = model::states;                       // array of string_view, by index
    static constexpr const auto& event_names = model::events;                  // array of string_view
    static constexpr const auto& rows = model::rows;                           // array of row_info, in table order
    static constexpr const auto& refusals = model::refusals;                   // array of refusal_info
    static constexpr const auto& renamed = detail::renames_of<T>::type::list;  // array of rename_info

    // Per state index: declared terminal, declared waiting.
    static constexpr auto terminal_states = detail::marked_states<model, typename T::terminal>();
    static constexpr auto waiting_states = detail::marked_states<model, typename detail::waiting_of<T>::type>();

    static constexpr std::uint64_t fingerprint = detail::fingerprint<T, model>();
    static constexpr std::string_view fingerprint_hex() { return {hex_chars.data(), hex_chars.size()}; }

    static constexpr std::string_view name(state s) { return states[s.index]; }
    static constexpr bool is_terminal(state s) { return terminal_states[s.index]; }
    static constexpr bool is_waiting(state s) { return waiting_states[s.index]; }

    // The state of that name, today's or a former one; nothing if there never was such a state.
    static constexpr std::optional<state> find(std::string_view name) {
        for (const auto& was : renamed)
            if (was.old_name == name) name = was.new_name;
        const std::uint8_t index = model::state_index(name);
        if (index == detail::unknown) return std::nullopt;
        return state{index};
    }

    // The state of that name, for use in code: at<"active">. A name the table lacks does not compile.
    template <text Name>
    static constexpr state at = [] {
        constexpr std::uint8_t index = model::state_index(Name.view());
        static_assert(index != detail::unknown, "sml: the table has no state of this name");
        return state{index};
    }();

    // The rows for this state and event, in table order: the first whose guard agrees is taken. Its action
    // changes the data in place; then, and only then, the state changes. If a guard or an action throws,
    // the state is what it was (an action that throws halfway is responsible for the data).
    template <class Event>
    static constexpr verdict step(state& s, data& d, const Event& event) {
        constexpr std::uint8_t on = detail::event_index<Event, list>;
        static_assert(on != detail::unknown, "sml: step was given an event that is not in `events`");
        verdict v;
        (void)try_rows<on, 0, rows_on<on>.size()>(s, d, event, v);
        if (v.what == outcome::no_row) v.refused = model::refused[s.index * events::size + on];
        return v;
    }

    static std::string describe(int row) { return sml_v1::describe(rows[static_cast<std::size_t>(row)]); }
    static std::string describe(const row_info& row) { return sml_v1::describe(row); }

private:
    static constexpr auto table = T{}();
    using row_slots = typename model::table_type::row_slots;
    template <std::size_t I>
    using row_type = decltype(detail::type_at<I>(static_cast<const row_slots*>(nullptr)));
    template <std::size_t I>
    static constexpr row_type<I> row_at = detail::get<I>(table.rows);

    static constexpr auto hex_chars = detail::hex_digits(fingerprint);

    template <std::uint8_t Event>
    static constexpr auto rows_on = [] {
        constexpr std::size_t count = [] {
            std::size_t n = 0;
            for (const auto& row : model::facts) n += row.event == Event;
            return n;
        }();
        std::array<std::size_t, count> found{};
        std::size_t n = 0;
        for (std::size_t i = 0; i < model::facts.size(); ++i)
            if (model::facts[i].event == Event) found[n++] = i;
        return found;
    }();

    // The rows on an event from First on, halved as often as it takes: a fold nests, and clang ends at 256.
    template <std::uint8_t On, std::size_t First, std::size_t Count, class Event>
    static constexpr bool try_rows(state& s, data& d, const Event& event, verdict& v) {
        if constexpr (Count > 64)
            return try_rows<On, First, Count / 2>(s, d, event, v) ||
                   try_rows<On, First + Count / 2, Count - Count / 2>(s, d, event, v);
        else
            return [&]<std::size_t... I>(std::index_sequence<I...>) {
                return (try_row<rows_on<On>[First + I]>(s, d, event, v) || ...);
            }(std::make_index_sequence<Count>{});
    }

    template <std::size_t I, class Event>
    static constexpr bool try_row(state& s, data& d, const Event& event, verdict& v) {
        constexpr auto& facts = model::facts[I];
        if (s.index != facts.from) return false;
        if constexpr (facts.guarded) {
            if (!detail::with_data<const data, Event>{d, event}(row_at<I>.guard)) {
                v = {outcome::guarded, false, static_cast<int>(I)};
                return false;
            }
        }
        if constexpr (!std::is_same_v<decltype(row_type<I>::action), detail::nothing>)
            detail::with_data<data, Event>{d, event}(row_at<I>.action);
        s.index = facts.to;
        v = {facts.to == facts.from ? outcome::stayed : outcome::moved, false, static_cast<int>(I)};
        return true;
    }
};

inline std::string describe(const row_info& row) {
    std::string out;
    out.append(row.from).append(" + ").append(row.event);
    if (!row.guard.empty()) out.append(" [").append(row.guard).append("]");
    if (!row.action.empty()) out.append(" / ").append(row.action);
    if (!row.internal) out.append(" = ").append(row.to);
    return out;
}

}  // namespace sml_v1
