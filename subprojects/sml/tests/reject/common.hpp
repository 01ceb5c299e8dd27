// What the rejected tables have in common. Each .cpp here is a table with one flaw and says in its first
// lines which error the compiler must print and whom it must name. With MENDED defined the flaw is gone.
#pragma once

#include "sml/sml.hpp"

namespace reject {

struct e1 {
    static constexpr std::string_view name = "e1";
};
struct e2 {
    static constexpr std::string_view name = "e2";
};
struct nobody {
    static constexpr std::string_view name = "nobody";
};

inline constexpr auto yes = sml::guard<"yes">([] { return true; });
inline constexpr auto act = sml::action<"act">([] {});

// A machine over e1 and e2 that ends in "end"; a table adds its operator().
struct base {
    struct data {};
    using events = sml::events<e1, e2>;
    using terminal = sml::state_names<"end">;
};

}  // namespace reject
