// error: sml: the table has no state of this name
// culprit: "b"
#include "common.hpp"

namespace reject::facade_is_unknown_state {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> = "end"_s
        );
    }
};
// clang-format on
inline bool used() {
    using namespace sml::literals;
    sml::sm<table> machine;
#ifndef MENDED
    return machine.is("b"_s);
#else
    return machine.is("a"_s);
#endif
}

}  // namespace reject::facade_is_unknown_state
