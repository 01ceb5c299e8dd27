// error: sml: a guard stands after /, where an action belongs
// culprit: "yes"
#include "common.hpp"

namespace reject::guard_after_slash {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> / yes = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#else
            *"a"_s + event<e1> / act = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::guard_after_slash
