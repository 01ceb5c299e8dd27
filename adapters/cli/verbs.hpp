// What each verb does. They return the program's exit code; results go to stdout, everything else to stderr.
#pragma once

#include "adapters/cli/arguments.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/terminal.hpp"
#include "adapters/daemon/configuration.hpp"

namespace slipway::cli {

// What every verb is given. Lives in main().
struct invocation {
    const arguments& typed;
    daemon::configuration& settings;
    const daemon::environment& environment;
    terminal& out;
};

int server_create(invocation& in, const create_arguments& args);
int server_list(invocation& in, const list_arguments& args);
int server_show(invocation& in, const show_arguments& args);
int server_delete(invocation& in, const delete_arguments& args);
int server_resume(invocation& in);

// Who typed this, for the log: "cli:alice".
std::string actor_name();

// Says what went wrong and returns the exit code for it.
inline int complain(terminal& out, const error& e) {
    out.complain(e.message);
    return exit_code_of(e.kind);
}

}  // namespace slipway::cli
