// error: sml: a row leaves a state that is declared terminal
// culprit: terminal_state_left<sml_v1::text<9>{"end + e2"}>
#include "common.hpp"

namespace reject::terminal_state_left {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + event<e2> = "a"_s,
            "end"_s + refused<e1>
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + event<e2> = "end"_s,
            "end"_s + refused<e1>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::terminal_state_left
