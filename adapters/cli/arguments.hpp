// What was typed, taken apart. arguments.cpp is the one place that knows CLI11.
#pragma once

#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verb.hpp"

#include <memory>
#include <variant>

namespace CLI {
class App;
}

namespace slipway::cli {

struct command_line {
    global_options options;
    std::unique_ptr<verb> chosen;  // with what was typed for it
};

// Either that, or the exit code of what was printed instead (help, version, a usage error).
std::variant<command_line, int> parse_arguments(int argc, char** argv);

// Tells the parser what may be typed for this verb, which must outlive the parsing.
void add_options(CLI::App& app, verb& of);

}  // namespace slipway::cli
