// error: sml: a row or refusal names an event that is not in `events`
// culprit: event_not_listed<sml_v1::text<19>{"elsewhere + nobody"}>
#include "common.hpp"

namespace reject::elsewhere_not_listed {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
#ifndef MENDED
            event<nobody> + refused_elsewhere,
#endif
            "end"_s + refused<e1, e2>
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::elsewhere_not_listed
