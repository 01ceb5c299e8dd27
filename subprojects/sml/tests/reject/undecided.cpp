// error: sml: a state has neither a row nor a refusal for an event
// culprit: undecided<sml_v1::text<17>{"a + e2, end + e1"}>
#include "common.hpp"

namespace reject::undecided {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "end"_s + event<e2>
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + event<e2>,
            "end"_s + refused<e1>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::undecided
