// error: sml: an action stands in [ ], where a guard belongs
// culprit: "act"
#include "common.hpp"

namespace reject::action_in_brackets {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> [ act ] = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#else
            *"a"_s + event<e1> [ yes ] = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::action_in_brackets
