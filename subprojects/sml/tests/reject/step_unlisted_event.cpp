// error: sml: step was given an event that is not in `events`
// culprit: nobody
#include "common.hpp"

namespace reject::step_unlisted_event {

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
using m = sml::machine<table>;
constexpr sml::verdict used() {
    m::state s;
    table::data d;
#ifndef MENDED
    return m::step(s, d, nobody{});
#else
    return m::step(s, d, e1{});
#endif
}
static_assert(used().taken());

}  // namespace reject::step_unlisted_event
