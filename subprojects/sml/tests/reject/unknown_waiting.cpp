// error: sml: terminal or waiting names a state that the table does not have
// culprit: unknown_state<sml_v1::text<2>{"b"}>
#include "common.hpp"

namespace reject::unknown_waiting {

// clang-format off
struct table : base {
#ifndef MENDED
    using waiting = sml::state_names<"a", "b">;
    using escapes = sml::events<e1>;
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

}  // namespace reject::unknown_waiting
