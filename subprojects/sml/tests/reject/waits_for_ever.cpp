// error: sml: no escape event leaves a waiting state
// culprit: waits_for_ever<sml_v1::text<2>{"a"}>
#include "common.hpp"

namespace reject::waits_for_ever {

// clang-format off
struct table : base {
#ifndef MENDED
    using waiting = sml::state_names<"a">;
    using escapes = sml::events<e2>;   // which stays in a
#else
    using waiting = sml::state_names<"a">;
    using escapes = sml::events<e1>;
#endif
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::waits_for_ever
