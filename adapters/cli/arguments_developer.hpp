// What may be typed for the verbs of a developer at a terminal, taken apart; arguments.hpp has the rest.
#pragma once

#include <string>
#include <vector>

namespace slipway::cli {

struct auth_set_arguments {
    bool token_stdin = false;
};

struct auth_status_arguments {};

struct auth_clear_arguments {};

struct ssh_arguments {
    std::string vm;
    std::vector<std::string> command;  // empty: a shell
};

// What `server create` does to Kamal's deploy.yml afterwards.
struct kamal_arguments {
    std::string file;        // empty: config/deploy.yml where there is one
    std::string instead_of;  // the host that the new VM replaces; empty: the only one, or the placeholder
    bool none = false;
};

}  // namespace slipway::cli
