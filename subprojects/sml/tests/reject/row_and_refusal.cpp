// error: sml: a state has both a row and a refusal for an event
// culprit: row_and_refusal<sml_v1::text<7>{"a + e2"}>
#include "common.hpp"

namespace reject::row_and_refusal {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>,
            "a"_s + refused<e2>
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

}  // namespace reject::row_and_refusal
