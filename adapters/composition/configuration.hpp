// Every setting of slipway (names and defaults: the table in README.md), read and checked once at start-up. Nothing else
// in the program looks at the environment.
#pragma once

#include "adapters/composition/database_url.hpp"
#include "adapters/composition/environment.hpp"
#include "engine/base/secret.hpp"
#include "adapters/vault/seal.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::composition {

struct configuration {
    location database;
    std::optional<secret> token;   // HCLOUD_TOKEN, then HETZNER_API_TOKEN
    std::string endpoint;
    bool endpoint_for_token_only = false;  // no other token may be sent there: environment.hpp
    std::string ca_file;                // empty: the system's store
    std::string cache_directory;        // $XDG_CACHE_HOME/slipway: the catalog; empty: nothing is kept
    std::shared_ptr<const vault::sealing_keys> sealing;  // null: CREDENTIAL_ENCRYPTION_KEY is not set
    std::vector<std::string> server_types;
    std::vector<std::string> locations;
    int ssh_port = 22;
    std::string ssh_user;
    int ssh_timeout_s = 120;
    int recipe_timeout_s = 300;
    int overdue_after_s = 300;  // on top of what a state may take by its own
    int late_grace_s = 60;    // how long a request whose answer was lost may still be carried out
    int lease_s = 30;         // where several processes share a log
    std::string crash_point;  // SLIPWAY_CRASH: crash_points.hpp
};

// Errors are of kind configuration (usage for the database's URL) and name the variable.
result<configuration> configure(const environment& from, const std::optional<std::string>& database_url);

// Of the above, how ssh is started on this machine, whoever does the work.
result<void> configure_ssh(const environment& from, configuration& c);

// "a, b,,c" -> a b c
std::vector<std::string> split_list(std::string_view text);

}  // namespace slipway::composition
