// error: sml: the table has no state of this name
// culprit: nowhere
#include "common.hpp"

namespace reject::at_unknown_state {

// clang-format off
struct table : base {
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
#ifndef MENDED
constexpr auto used = sml::machine<table>::at<"nowhere">;
#else
constexpr auto used = sml::machine<table>::at<"end">;
#endif

}  // namespace reject::at_unknown_state
