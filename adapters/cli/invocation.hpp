// What a verb runs with, and what all verbs say alike.
#pragma once

#include "adapters/cli/api_target.hpp"
#include "adapters/cli/terminal.hpp"
#include "adapters/composition/configuration.hpp"
#include "engine/base/exit_code.hpp"

#include <optional>
#include <string>

namespace slipway::cli {

// What may be typed with every verb.
struct global_options {
    std::optional<std::string> config;  // in place of .env in the working directory
    std::optional<std::string> database_url;
    std::optional<std::string> api;  // of a daemon; none: SLIPWAY_API, else in this process
    bool json = false;
    bool quiet = false;
    bool yes = false;
};

// Lives in main().
struct invocation {
    const global_options& typed;
    composition::configuration& settings;
    const composition::environment& environment;
    terminal& out;
    std::optional<api_target> api = {};  // a daemon that does it; none: this process
};

// Who typed this, for the log: "cli:alice".
std::string actor_name();

// Says what went wrong and returns the exit code for it.
inline int complain(terminal& out, const error& e) {
    out.complain(e.message);
    return exit_code_of(e.kind);
}

}  // namespace slipway::cli
