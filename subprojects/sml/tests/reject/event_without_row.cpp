// error: sml: no row uses an event of `events`
// culprit: event_without_row<sml_v1::text<7>{"nobody"}>
#include "common.hpp"

namespace reject::event_without_row {

// clang-format off
struct table : base {
    using events = sml::events<e1, e2, nobody>;
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "a"_s + refused<nobody>,
            "end"_s + refused<events>
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "a"_s + event<nobody>,
            "end"_s + refused<events>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::event_without_row
