// error: sml: an event type has no `static constexpr std::string_view name`
// culprit: anonymous_one
#include "common.hpp"

namespace reject::event_without_name {

// clang-format off
struct table : base {
#ifndef MENDED
    struct anonymous_one {};
    using events = sml::events<e1, e2, anonymous_one>;
#endif
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> = "end"_s,
            "a"_s + event<e2> / act,
            "a"_s + event<anonymous_one>,
            "end"_s + refused<e1, e2, anonymous_one>
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

}  // namespace reject::event_without_name
