// What was typed, taken apart. The one place that knows CLI11.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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

struct arguments {
    std::optional<std::string> database_url;
    bool json = false;
    bool quiet = false;
    bool yes = false;
    std::variant<create_arguments, list_arguments, show_arguments, delete_arguments, resume_arguments> verb;
};

// Either the arguments, or the exit code of what was printed instead (help, version, a usage error).
std::variant<arguments, int> parse_arguments(int argc, char** argv);

}  // namespace slipway::cli
