// The lists of names that a machine's definition declares beside its table.
#pragma once

#include "sml/text.hpp"

#include <array>

namespace sml_v1 {

template <text... Names>
struct state_names {
    static constexpr std::array<std::string_view, sizeof...(Names)> list{Names.view()...};
};

// A state that was called Old in what has been stored is called New in today's table.
template <text Old, text New>
struct was {
    static constexpr std::string_view old_name = Old.view();
    static constexpr std::string_view new_name = New.view();
};

struct rename_info {
    std::string_view old_name, new_name;
};

template <class... Was>
struct renames {
    static constexpr std::array<rename_info, sizeof...(Was)> list{rename_info{Was::old_name, Was::new_name}...};
};

}  // namespace sml_v1
