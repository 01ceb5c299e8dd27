// Enums whose values have names in the log and before people: a table with a row per value, in the order of the enum,
// whose first members are `value` and `name`. The compiler is asked whether it is whole (has_every_value), so that a
// value cannot be added without its row. Pure; nothing allocates; a name that no value has is none.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <type_traits>

namespace slipway {

template <class E>
struct name_row {
    E value;
    std::string_view name;
};
template <class E>
name_row(E, const char*) -> name_row<E>;

namespace detail {

// GCC and clang write a value as its enumerator, "slipway::step::hand_over", or, where it is none, as
// "(slipway::step)8".
template <auto Value>
consteval bool is_enumerator() {
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(0, text.rfind(']'));
    const char first = text[text.find_last_of(":)") + 1];
    return first < '0' || first > '9';
}

template <const auto& Rows>
using value_of = std::remove_cvref_t<decltype(Rows[0].value)>;

}  // namespace detail

template <const auto& Rows>
consteval bool has_every_value() {
    using E = detail::value_of<Rows>;
    for (std::size_t i = 0; i < Rows.size(); ++i)
        if (Rows[i].value != static_cast<E>(i) || Rows[i].name.empty()) return false;
    return !detail::is_enumerator<static_cast<E>(Rows.size())>();
}

template <const auto& Rows>
constexpr const auto& row_in(detail::value_of<Rows> value) {
    static_assert(has_every_value<Rows>(), "a table of names has one row per value, in the order of the enum");
    return Rows[static_cast<std::size_t>(value)];
}

template <const auto& Rows>
constexpr std::optional<detail::value_of<Rows>> named_in(std::string_view name) {
    static_assert(has_every_value<Rows>(), "a table of names has one row per value, in the order of the enum");
    for (const auto& row : Rows)
        if (row.name == name) return row.value;
    return {};
}

}  // namespace slipway
