// From what was typed to what is ordered: everything that can be checked before anything is created, is checked here.
#pragma once

#include "adapters/cli/arguments.hpp"
#include "adapters/composition/configuration.hpp"
#include "engine/base/error.hpp"
#include "engine/model/event.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

struct user_key {
    std::string line;
    std::string name;         // the file's name without .pub
    std::string fingerprint;  // MD5
};

// The key in `file`; without one, the only key among ~/.ssh/*.pub. `home` is $HOME.
result<user_key> read_user_key(const std::string& file, const std::string& home);

// At most 64 KiB and not empty; no path means no recipe.
result<std::string> read_recipe(const std::string& file);

// Everything but candidates and image, which need the catalog.
result<vm_spec> spec_of(const create_arguments& args, const composition::configuration& settings, const std::string& home);

}  // namespace slipway::cli
