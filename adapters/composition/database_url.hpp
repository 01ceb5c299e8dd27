// Where the event log is: what SLIPWAY_DATABASE_URL and --db may say, and the place that is used when nobody says
// anything. Which store that means is store.hpp's to know. Pure but for the environment, which is passed in.
#pragma once

#include "engine/base/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::composition {

// Looks up an environment variable: std::getenv, a .env file, or a map in a test.
using variable_lookup = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

struct location {
    // Of the file; empty: there is no store at all. Where a server keeps the log, the file that would be used without one:
    // what else belongs to the installation on this machine lies beside it.
    std::string path;
    bool by_default = false;  // nobody named it: its directory belongs to slipway and may be made
    std::string server = {};  // postgresql://…, which may hold a password: for the store alone
    std::string server_name = {};

    const std::string& name() const { return server.empty() ? path : server_name; }  // what people are told
};

// "sqlite:PATH" → PATH. error_kind::usage, with a sentence, for anything else.
result<std::string> path_from_url(std::string_view url);

// `url` if there is one (which names no password: other users see a program's arguments), else SLIPWAY_DATABASE_URL, else
// slipway.db in the state directory: $STATE_DIRECTORY (systemd),
// $XDG_STATE_HOME/slipway, or ~/.local/state/slipway.
result<location> locate(std::optional<std::string> url, const variable_lookup& look_up);

}  // namespace slipway::composition
