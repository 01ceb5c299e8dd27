// error: sml: a row can never be taken: an earlier unguarded row has the same state and event
// culprit: shadowed_row<sml_v1::text<7>{"a + e1"}>
#include "common.hpp"

namespace reject::shadowed_row {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e1> [ yes ] / act,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#else
            *"a"_s + event<e1> [ yes ] / act,
            "a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::shadowed_row
