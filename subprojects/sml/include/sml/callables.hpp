// Guards and actions, and how they combine.
//
// Any callable will do as a guard or an action. Combining them (`!a`, `a && b`, `a || b`, `(a, b)`) gives
// a small object that knows its parts and its name but not how to call them: that is the business of the
// one who steps the machine. It passes a `caller` to `with`, and the combination hands it part after part.
// So one notation serves both sml::machine (arguments are data and event) and sml::sm (injection by type).
#pragma once

#include "sml/text.hpp"

#include <type_traits>
#include <utility>

namespace sml_v1 {
namespace detail {

template <class...>
struct types {};

// What stands where a row has no guard or no action.
struct always {
    static constexpr std::string_view name = "";
};
struct nothing {
    static constexpr std::string_view name = "";
};

template <class F>
concept composed = requires { typename F::composed; };

template <class F>
concept composed_action = composed<F> && F::is_action;

template <class F>
concept composed_guard = composed<F> && !F::is_action;

// A class with a call operator, generic or not: if both bases have one, naming it is ambiguous.
struct has_call {
    void operator()();
};
template <class F>
struct call_twice : F, has_call {};
template <class F>
constexpr bool has_call_operator() {
    if constexpr (std::is_class_v<F> && !std::is_final_v<F>)
        return !requires { &call_twice<F>::operator(); };
    else
        return std::is_function_v<std::remove_pointer_t<F>>;
}

template <class F>
concept callable = composed<F> || has_call_operator<F>();

template <class F>
concept guard_like = callable<F> && !composed_action<F>;
template <class F>
concept action_like = callable<F> && !composed_guard<F>;

template <class F>
constexpr std::string_view callable_name() {
    if constexpr (composed<F>)
        return F::name;
    else
        return "";
}
template <class F>
constexpr std::string_view operand_name() {
    return callable_name<F>().empty() ? std::string_view("?") : callable_name<F>();
}

// How tightly the outermost operator of a guard's name binds: a name, !, &&, ||.
template <class F>
constexpr int binding() {
    if constexpr (composed<F>)
        return F::binding;
    else
        return 0;
}

inline constexpr std::string_view open = "(", close = ")", no_text = "", not_text = "!", and_text = " && ",
                                  or_text = " || ", comma_text = ", ";

// The name of F as an operand of an operator of the given binding.
template <class F, int Around>
struct operand {
    static constexpr std::string_view bare = operand_name<F>();
    static constexpr bool wrap = binding<F>() > Around;
    static constexpr std::string_view before = wrap ? open : no_text;
    static constexpr std::string_view after = wrap ? close : no_text;
    static constexpr std::string_view value = joined<before, bare, after>::value;
};

template <bool IsAction, int Binding>
struct composition {
    using composed = void;
    static constexpr bool is_action = IsAction;
    static constexpr int binding = Binding;
};

template <class F>
struct not_t : composition<false, 1> {
    using parts = types<F>;
    static constexpr std::string_view name = joined<not_text, operand<F, 1>::value>::value;
    F part;
    constexpr explicit not_t(F f) : part(std::move(f)) {}
    template <class Self, class Caller>
    static constexpr bool with(Self& self, const Caller& call) {
        return !call(self.part);
    }
};

template <class F, class G>
struct and_t : composition<false, 2> {
    using parts = types<F, G>;
    static constexpr std::string_view name = joined<operand<F, 2>::value, and_text, operand<G, 2>::value>::value;
    F left;
    G right;
    constexpr and_t(F f, G g) : left(std::move(f)), right(std::move(g)) {}
    template <class Self, class Caller>
    static constexpr bool with(Self& self, const Caller& call) {
        return call(self.left) && call(self.right);
    }
};

template <class F, class G>
struct or_t : composition<false, 3> {
    using parts = types<F, G>;
    static constexpr std::string_view name = joined<operand<F, 3>::value, or_text, operand<G, 3>::value>::value;
    F left;
    G right;
    constexpr or_t(F f, G g) : left(std::move(f)), right(std::move(g)) {}
    template <class Self, class Caller>
    static constexpr bool with(Self& self, const Caller& call) {
        return call(self.left) || call(self.right);
    }
};

template <class F, class G>
struct sequence_t : composition<true, 0> {
    using parts = types<F, G>;
    static constexpr std::string_view name = joined<operand<F, 0>::value, comma_text, operand<G, 0>::value>::value;
    F first;
    G second;
    constexpr sequence_t(F f, G g) : first(std::move(f)), second(std::move(g)) {}
    template <class Self, class Caller>
    static constexpr void with(Self& self, const Caller& call) {
        call(self.first);
        call(self.second);
    }
};

}  // namespace detail

// Templates for every callable, so that plain lambdas combine too where `using namespace sml` is in force.
template <detail::guard_like F>
constexpr auto operator!(const F& f) {
    return detail::not_t<std::decay_t<F>>{f};
}
template <detail::guard_like F, detail::guard_like G>
constexpr auto operator&&(const F& f, const G& g) {
    return detail::and_t<std::decay_t<F>, std::decay_t<G>>{f, g};
}
template <detail::guard_like F, detail::guard_like G>
constexpr auto operator||(const F& f, const G& g) {
    return detail::or_t<std::decay_t<F>, std::decay_t<G>>{f, g};
}
template <detail::action_like F, detail::action_like G>
constexpr auto operator,(const F& f, const G& g) {
    return detail::sequence_t<std::decay_t<F>, std::decay_t<G>>{f, g};
}

// The types above live in detail, so the compiler looks for their operators there.
namespace detail {
using sml_v1::operator!, sml_v1::operator&&, sml_v1::operator||, sml_v1::operator,;
}

}  // namespace sml_v1
