// error: sml: a state is a machine of its own: composite states are left out here
// culprit: inner
#include "common.hpp"

namespace reject::composite_state {

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
#ifndef MENDED
            *"a"_s + event<e1> = state<inner>
#else
            *"a"_s + event<e1> = state<class idle>
#endif
        );
    }
};
// clang-format on
inline const sml::sm<outer> used{};

}  // namespace reject::composite_state
