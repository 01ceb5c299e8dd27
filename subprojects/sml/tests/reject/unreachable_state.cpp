// error: sml: a state cannot be reached from the initial state
// culprit: unreachable_state<sml_v1::text<14>{"island, islet"}>
#include "common.hpp"

namespace reject::unreachable_state {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>,
            "island"_s + event<e1> = "islet"_s,
            "islet"_s + event<e1> = "island"_s,
            "island"_s + refused<e2>,
            "islet"_s + refused<e2>
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::unreachable_state
