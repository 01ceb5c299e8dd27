// error: sml: two events have the same name
// culprit: event_name_twice<sml_v1::text<3>{"e1"}>
#include "common.hpp"

namespace reject::event_listed_twice {

// clang-format off
struct table : base {
#ifndef MENDED
    using events = sml::events<e1, e2, e1>;
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

}  // namespace reject::event_listed_twice
