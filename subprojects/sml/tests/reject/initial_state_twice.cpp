// error: sml: a table has exactly one initial state, marked with *
// culprit: initial_state<sml_v1::text<5>{"a, b"}>
#include "common.hpp"

namespace reject::initial_state_twice {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "b"_s,
            "a"_s + event<e2> / act,
            *"b"_s + event<e1> = "end"_s,
            "b"_s + event<e2>,
            "end"_s + refused<e1, e2>
#else
            *"a"_s + event<e1> = "b"_s,
            "a"_s + event<e2> / act,
            "b"_s + event<e1> = "end"_s,
            "b"_s + event<e2>,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::initial_state_twice
