// error: sml: a row can never be taken: an earlier unguarded row has the same state and event
// culprit: shadowed_row<sml_v1::text<7>{"a + e1"}>
#include "common.hpp"

namespace reject::facade_shadowed_row {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e1> / act
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act
#endif
        );
    }
};
// clang-format on
inline const sml::sm<table> used;

}  // namespace reject::facade_shadowed_row
