// error: sml: a row or refusal names an event that is not in `events`
// culprit: event_not_listed<sml_v1::text<25>{"a + nobody, end + nobody"}>
#include "common.hpp"

namespace reject::event_not_listed {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "a"_s + event<nobody>,
            "end"_s + refused<e1, e2, nobody>
#else
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::event_not_listed
