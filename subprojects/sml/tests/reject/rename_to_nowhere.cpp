// error: sml: a rename must lead from a name no state has to a state of the table, once
// culprit: bad_rename<sml_v1::text<11>{"old + gone"}>
#include "common.hpp"

namespace reject::rename_to_nowhere {

// clang-format off
struct table : base {
#ifndef MENDED
    using renamed = sml::renames<sml::was<"old", "gone">>;
#else
    using renamed = sml::renames<sml::was<"old", "end">>;
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

}  // namespace reject::rename_to_nowhere
