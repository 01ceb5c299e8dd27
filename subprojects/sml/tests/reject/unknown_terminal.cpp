// error: sml: terminal or waiting names a state that the table does not have
// culprit: unknown_state<sml_v1::text<5>{"ende"}>
#include "common.hpp"

namespace reject::unknown_terminal {

// clang-format off
struct table : base {
#ifndef MENDED
    using terminal = sml::state_names<"end", "ende">;
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

}  // namespace reject::unknown_terminal
