// error: sml: a guard or action asks for a dependency that the constructor was not given
// culprit: double
#include "common.hpp"

namespace reject::facade_dependency {

// clang-format off
struct table : base {
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
            *"a"_s + event<e1> / [](int&, double) {} = "end"_s
        );
    }
};
// clang-format on
inline int number = 0;
#ifndef MENDED
inline const sml::sm<table> used{number};
#else
inline const sml::sm<table> used{number, 1.0};
#endif

}  // namespace reject::facade_dependency
