// error: sml: two events have the same name
// culprit: event_name_twice<sml_v1::text<3>{"e2"}>
#include "common.hpp"

namespace reject::event_name_twice {

// clang-format off
struct table : base {
#ifndef MENDED
    struct other {
        static constexpr std::string_view name = "e2";
    };
    using events = sml::events<e1, e2, other>;
#else
    struct other {
        static constexpr std::string_view name = "other";
    };
    using events = sml::events<e1, e2, other>;
#endif
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "a"_s + event<other>,
            "end"_s + refused<e1, e2, other>
        );
    }
};
// clang-format on
constexpr auto used = sml::machine<table>::initial;

}  // namespace reject::event_name_twice
