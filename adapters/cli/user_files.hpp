// Files that a user names: public keys and recipes, checked as far as that can be done here. Blocks.
#pragma once

#include "engine/base/error.hpp"

#include <string>

namespace slipway::cli {

struct user_key {
    std::string line;
    std::string name;  // the file's name without .pub
};

// The key in `file`; without one, the only key among ~/.ssh/*.pub. `home` is $HOME.
result<user_key> read_user_key(const std::string& file, const std::string& home);

// Text of at most 64 KiB, and not empty; no path means no recipe.
result<std::string> read_recipe(const std::string& file);

}  // namespace slipway::cli
