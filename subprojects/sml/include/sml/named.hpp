// guard<"name">(f) and action<"name">(f): callables with the name that diagrams, refusals and the
// fingerprint show. They can still be called directly, which is how a test exercises one alone.
//
// Kept apart from the notation because `guard` and `action` are likely names in other people's code: a
// file that uses only the plain facade (sml/sm.hpp) does not see them.
#pragma once

#include "sml/callables.hpp"

namespace sml_v1 {
namespace detail {

template <text Name, class F, bool IsAction>
struct named : composition<IsAction, 0> {
    using parts = types<F>;
    static constexpr std::string_view name = Name.view();
    F part;
    constexpr explicit named(F f) : part(std::move(f)) {}

    template <class Self, class Caller>
    static constexpr decltype(auto) with(Self& self, const Caller& call) {
        return call(self.part);
    }
    template <class... Args>
    constexpr auto operator()(Args&&... args) const -> decltype(part(std::forward<Args>(args)...)) {
        return part(std::forward<Args>(args)...);
    }
};

}  // namespace detail

template <text Name, class F>
constexpr auto guard(F f) {
    static_assert(Name.size() > 0, "sml: a named guard needs a name");
    return detail::named<Name, F, false>{std::move(f)};
}

template <text Name, class F>
constexpr auto action(F f) {
    static_assert(Name.size() > 0, "sml: a named action needs a name");
    return detail::named<Name, F, true>{std::move(f)};
}

}  // namespace sml_v1
