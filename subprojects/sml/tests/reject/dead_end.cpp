// error: sml: no row leaves a state that is not declared terminal
// culprit: dead_end<sml_v1::text<5>{"trap"}>
#include "common.hpp"

namespace reject::dead_end {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> = "trap"_s,
            "trap"_s + event<e1> / act,
            "trap"_s + event<e2> = "trap"_s,
            "end"_s + refused<e1, e2>
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> = "trap"_s,
            "trap"_s + event<e1> / act,
            "trap"_s + event<e2> = "end"_s,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::dead_end
