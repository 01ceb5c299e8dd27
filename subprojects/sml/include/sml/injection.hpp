// Arguments by type, for the plain facade: which dependencies the guards and actions of a table ask for,
// where they are kept, and how a callable is called with them.
//
// A parameter of the event's type gets the event; any other parameter gets the dependency of its type,
// reference and const removed. A generic callable has no parameter types to look at: it gets the event, or
// nothing if it takes none. All looking up happens while compiling; a missing dependency does not compile.
#pragma once

#include "sml/callables.hpp"

#include <concepts>
#include <optional>

namespace sml_v1::detail {

// ---- the parameters of a callable

template <class F>
struct signature_of;
template <class R, class... A>
struct signature_of<R (*)(A...)> {
    using parameters = types<A...>;
};
template <class R, class... A>
struct signature_of<R (*)(A...) noexcept> : signature_of<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature_of<R (C::*)(A...)> : signature_of<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature_of<R (C::*)(A...) const> : signature_of<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature_of<R (C::*)(A...) noexcept> : signature_of<R (*)(A...)> {};
template <class R, class C, class... A>
struct signature_of<R (C::*)(A...) const noexcept> : signature_of<R (*)(A...)> {};

template <class F>
struct parameters_of;
template <class F>
    requires requires { typename signature_of<F>::parameters; }
struct parameters_of<F> {
    using type = typename signature_of<F>::parameters;
};
template <class F>
    requires requires { &F::operator(); }
struct parameters_of<F> {
    using type = typename signature_of<decltype(&F::operator())>::parameters;
};

template <class F>
concept has_parameters = !composed<F> && requires { typename parameters_of<F>::type; };

// ---- which dependencies it asks for

template <class... A, class... B>
types<A..., B...> operator+(types<A...>, types<B...>);

template <class... A, class B>
std::conditional_t<(std::is_same_v<A, B> || ...), types<A...>, types<A..., B>> operator|(types<A...>, types<B>);

// The same for as many lists and types as a table has rows: eight at once, since a fold nests, and clang ends at 256.
template <class Done, class... Lists>
struct concatenated {
    using type = decltype((Done{} + ... + Lists{}));
};
template <class Done, class A, class B, class C, class D, class E, class F, class G, class H, class... Rest>
struct concatenated<Done, A, B, C, D, E, F, G, H, Rest...>
    : concatenated<decltype(Done{} + A{} + B{} + C{} + D{} + E{} + F{} + G{} + H{}), Rest...> {};

template <class Done, class... T>
struct each_once {
    using type = decltype((Done{} | ... | types<T>{}));
};
template <class Done, class A, class B, class C, class D, class E, class F, class G, class H, class... Rest>
struct each_once<Done, A, B, C, D, E, F, G, H, Rest...>
    : each_once<decltype(Done{} | types<A>{} | types<B>{} | types<C>{} | types<D>{} | types<E>{} | types<F>{} |
                         types<G>{} | types<H>{}),
                Rest...> {};

template <class Event, class A>
using needed_for = std::conditional_t<std::is_same_v<std::remove_cvref_t<A>, Event>, types<>, types<A>>;

// The parameters that are not the event, as written: types<int, const clock&, ...>.
template <class Event, class F>
struct needs {
    using type = types<>;
};
template <class Event, class... A>
auto needs_among(types<A...>) -> decltype((types<>{} + ... + needed_for<Event, A>{}));
template <class Event, class... Part>
auto needs_of_parts(types<Part...>) -> decltype((types<>{} + ... + typename needs<Event, Part>::type{}));

template <class Event, has_parameters F>
struct needs<Event, F> {
    using type = decltype(needs_among<Event>(typename parameters_of<F>::type{}));
};
template <class Event, composed F>
struct needs<Event, F> {
    using type = decltype(needs_of_parts<Event>(typename F::parts{}));
};

// ---- where they are kept

// A dependency of type D: an lvalue is referred to, a temporary is kept. Mutable if somebody takes it by
// reference to non-const; otherwise a const object will do.
template <class D, bool Mutable>
class dependency {
    using pointee = std::conditional_t<Mutable, D, const D>;
    static constexpr bool can_keep = !std::is_abstract_v<D> && std::move_constructible<D>;
    struct nothing_kept {};

    // An object derived from D will do as well, if it is not a temporary.
    template <class Arg>
    static constexpr bool fits = std::is_same_v<std::remove_cvref_t<Arg>, D> ||
                                 (std::is_lvalue_reference_v<Arg> && std::is_base_of_v<D, std::remove_cvref_t<Arg>>);

    pointee* outside_ = nullptr;
    std::conditional_t<can_keep, std::optional<D>, nothing_kept> inside_{};

    template <class Arg>
    void take(Arg& arg) {
        if constexpr (fits<Arg> && std::is_lvalue_reference_v<Arg>)
            outside_ = &arg;
        else if constexpr (fits<Arg>)
            inside_.emplace(std::forward<Arg>(arg));
    }

public:
    // Given are the constructor's arguments (types with their reference), of which it takes its own.
    template <class... Arg>
    explicit dependency(types<Arg...>, std::remove_reference_t<Arg>&... arg) {
        static_assert((fits<Arg> + ... + 0) != 0,
                      "sml: a guard or action asks for a dependency that the constructor was not given");
        static_assert((fits<Arg> + ... + 0) < 2, "sml: the constructor was given two dependencies of one type");
        (take<Arg>(arg), ...);
    }

    pointee& get() {
        if constexpr (can_keep)
            if (inside_) return *inside_;
        return *outside_;
    }
};

template <class... D>
struct pool : D... {
    template <class... Arg>
    explicit pool([[maybe_unused]] types<Arg...> given, std::remove_reference_t<Arg>&... arg) : D(given, arg...)... {}
};

template <class D, bool Mutable>
auto& look_up(dependency<D, Mutable>& in_pool) {
    return in_pool.get();
}

// ---- calling

template <class Event, class Pool>
struct injector {
    const Event& event;
    Pool& dependencies;

    template <class A>
    decltype(auto) argument() const {
        if constexpr (std::is_same_v<std::remove_cvref_t<A>, Event>)
            return (event);
        else
            return look_up<std::remove_cvref_t<A>>(dependencies);
    }
    template <class F, class... A>
    decltype(auto) call(F& f, types<A...>) const {
        return f(argument<A>()...);
    }

    template <class F>
    decltype(auto) operator()(F& f) const {
        if constexpr (composed<F>)
            return F::with(f, *this);
        else if constexpr (has_parameters<F>)
            return call(f, typename parameters_of<F>::type{});
        else if constexpr (requires { f(event); })
            return f(event);
        else if constexpr (requires { f(); })
            return f();
        else
            static_assert(never<F>, "sml: a generic guard or action takes the event alone, or nothing: one that takes "
                                    "dependencies names the types of all its parameters, as in (const E&, clock&)");
    }
};

}  // namespace sml_v1::detail
