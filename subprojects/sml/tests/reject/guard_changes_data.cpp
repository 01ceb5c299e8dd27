// error: sml: a guard takes (const data&, event), (event), (const data&) or ()
// culprit: base::data
#include "common.hpp"

namespace reject::guard_changes_data {

// clang-format off
struct table : base {
#ifndef MENDED
    static constexpr auto changes = [](data&) { return true; };
#else
    static constexpr auto looks = [](const data&) { return true; };
#endif
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
#ifndef MENDED
            *"a"_s + event<e1> [ changes ] = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#else
            *"a"_s + event<e1> [ looks ] = "end"_s,
            "a"_s + event<e2> / act,
            "end"_s + refused<e1, e2>
#endif
        );
    }
};
// clang-format on
using m = sml::machine<table>;
constexpr sml::verdict used() {
    m::state s;
    table::data d;
#ifndef MENDED
    return m::step(s, d, e1{});
#else
    return m::step(s, d, e1{});
#endif
}
static_assert(used().taken());

}  // namespace reject::guard_changes_data
