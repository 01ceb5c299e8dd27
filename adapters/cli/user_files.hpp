// Files that a user names: public keys and recipes, checked as far as that can be done here. Blocks.
#pragma once

#include "engine/base/error.hpp"

#include <string>

namespace slipway::cli {

struct user_key {
    std::string line;
    std::string name;  // the file's name without .pub
};

// The key in `file`; without one, the only one of keys_of(home). `home` is $HOME.
result<user_key> read_user_key(const std::string& file, const std::string& home);

// As service::check_recipe wants it; "-" is standard input, no path means no recipe.
result<std::string> read_recipe(const std::string& file);

}  // namespace slipway::cli
