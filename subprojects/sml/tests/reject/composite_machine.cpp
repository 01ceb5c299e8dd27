// error: sml: a state is a machine of its own: composite states are left out here
// culprit: inner
#include "common.hpp"

namespace reject::composite_machine {

// clang-format off
struct inner : base {
    auto operator()() const {
        using namespace sml;
        return make_transition_table(*"x"_s + event<e1> = "y"_s);
    }
};
struct outer {
    auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> = "b"_s,
#ifndef MENDED
            state<sm<inner>> + event<e2> = "a"_s
#else
            "b"_s + event<e2> = "a"_s
#endif
        );
    }
};
// clang-format on
inline const sml::sm<outer> used{};

}  // namespace reject::composite_machine
