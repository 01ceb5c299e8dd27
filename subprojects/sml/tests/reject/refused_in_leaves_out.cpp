// error: sml: a state has neither a row nor a refusal for an event
// culprit: undecided<sml_v1::text<7>{"b + e2"}>
#include "common.hpp"

namespace reject::refused_in_leaves_out {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> = "b"_s,
            "b"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            event<e1> + refused_elsewhere,
#ifndef MENDED
            event<e2> + refused_in<"end">
#else
            event<e2> + refused_in<"b", "end">
#endif
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::refused_in_leaves_out
