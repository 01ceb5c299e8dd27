// error: sml: a table has exactly one initial state, marked with *
// culprit: initial_state<sml_v1::text<5>{"none"}>
#include "common.hpp"

namespace reject::facade_initial_state {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            "a"_s + event<e1> = "end"_s
#else
            *"a"_s + event<e1> = "end"_s
#endif
        );
    }
};
// clang-format on
inline const sml::sm<table> used;

}  // namespace reject::facade_initial_state
