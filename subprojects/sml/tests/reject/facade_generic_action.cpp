// error: sml: a generic guard or action takes the event alone, or nothing
// culprit: facade_generic_action
#include "common.hpp"

namespace reject::facade_generic_action {

// clang-format off
struct table : base {
    auto operator()() const {
        using namespace sml;
#ifndef MENDED
        const auto count = [](const auto&, int& n) { ++n; };
#else
        const auto count = [](const e1&, int& n) { ++n; };
#endif
        return make_transition_table(
            *"a"_s + event<e1> / count = "end"_s
        );
    }
};
// clang-format on
#ifndef MENDED
inline sml::sm<table> used{};
#else
inline int number = 0;
inline sml::sm<table> used{number};
#endif
inline bool taken() { return used.process_event(e1{}); }

}  // namespace reject::facade_generic_action
