// What was typed, taken apart. The one place that knows CLI11.
#pragma once

#include "adapters/cli/arguments_developer.hpp"
#include "adapters/cli/arguments_market.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
}

namespace slipway::cli {

struct create_arguments {
    std::string name;
    std::vector<std::string> server_types;  // empty: the configuration's
    std::vector<std::string> locations;
    std::string image;
    std::string key_file;     // empty: the one key in ~/.ssh
    std::string recipe_file;  // empty: none
    std::string app = "none";
    int count = 1;
    std::map<std::string, std::string> labels;
    bool dry_run = false;
    bool wait = true;
    kamal_arguments kamal;
};

struct list_arguments {
    bool all = false;
};

struct show_arguments {
    std::string vm;
};

struct delete_arguments {
    std::string vm;
};

struct resume_arguments {};

using verb_arguments =
    std::variant<create_arguments, list_arguments, show_arguments, delete_arguments, resume_arguments,
                 contract_accept_arguments, contract_list_arguments, contract_show_arguments, contract_end_arguments,
                 provider_set_arguments, provider_show_arguments, offering_define_arguments, offering_list_arguments,
                 offering_show_arguments, catalog_arguments, audit_arguments, rotate_arguments, doctor_arguments,
                 auth_set_arguments, auth_status_arguments, auth_clear_arguments, ssh_arguments>;

struct arguments {
    std::optional<std::string> database_url;
    std::optional<std::string> api;  // of a daemon; none: SLIPWAY_API, else in this process
    bool json = false;
    bool quiet = false;
    bool yes = false;
    verb_arguments verb;
};

// Either the arguments, or the exit code of what was printed instead (help, version, a usage error).
std::variant<arguments, int> parse_arguments(int argc, char** argv);

// The verbs of arguments_market.hpp; parsing puts the one that was typed into `to`.
void add_market_verbs(CLI::App& app, verb_arguments& to);

// Those of arguments_developer.hpp.
void add_kamal_options(CLI::App& create, kamal_arguments& to);
void add_ssh_verb(CLI::App& server, verb_arguments& to);
void add_auth_verbs(CLI::App& app, verb_arguments& to);

}  // namespace slipway::cli
