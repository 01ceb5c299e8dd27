// What may come next on the command line, from the same description that --help is made of; and the shells' scripts
// that ask for it. Pure but for completion_values, which reads the local database and the cached catalog and asks
// nobody.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace slipway::cli {

enum class value_kind { none, file, vm, server_type, location, image, app, shell, docs };

struct completion {
    struct word {
        std::string text;
        std::string meaning;
    };
    std::vector<word> words;              // verbs and options that begin with what was typed
    value_kind value = value_kind::none;  // what else may stand there
    std::string begun;                    // what was typed of it
    std::string before;                   // "cx22," of "cx22,cx": stays before each value
};

// The last word is the one that is being typed; it may be empty.
completion complete(const CLI::App& app, const std::vector<std::string>& typed);

// Of this user's machine, without what cannot be read; never an error.
std::vector<std::string> completion_values(value_kind kind);

// For bash, zsh, fish; empty for any other.
std::string completion_script(const std::string& shell);

// slipway __complete -- WORD…: a line each, "word<tab>meaning".
std::string completion_lines(const CLI::App& app, const std::vector<std::string>& typed);

}  // namespace slipway::cli
