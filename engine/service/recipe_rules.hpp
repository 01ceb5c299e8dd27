// What a recipe must be so that the VM's shell reads what its author wrote: found out before anything is ordered, since
// the VM would be billed to say it. The one rule for everybody who takes a recipe. Pure.
#pragma once

#include "engine/base/error.hpp"

#include <cstddef>
#include <string_view>

namespace slipway::service {

inline constexpr std::size_t longest_recipe = 64 * 1024;

// A script in UTF-8 of at most 64 KiB, not blank, whose lines end as on Unix, and no configuration of cloud-init. The
// error's sentence says which line is wrong and what to do; it begins in the middle: "line 3 ends …".
result<void> check_recipe(std::string_view recipe);
// An empty one means that there is none.
result<void> check_recipe_if_any(std::string_view recipe);

}  // namespace slipway::service
