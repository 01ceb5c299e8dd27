// What each verb does. They return the program's exit code; results go to stdout, everything else to stderr.
#pragma once

#include "adapters/cli/api_target.hpp"
#include "adapters/cli/arguments.hpp"
#include "engine/base/exit_code.hpp"
#include "adapters/cli/terminal.hpp"
#include "adapters/cli/vm_view.hpp"
#include "adapters/composition/configuration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::cli {

// What every verb is given. Lives in main().
struct invocation {
    const arguments& typed;
    composition::configuration& settings;
    const composition::environment& environment;
    terminal& out;
    std::optional<api_target> api = {};  // a daemon that does it; none: this process
    std::vector<vm_view> reported = {};  // the VMs that a verb has ended with
};

int server_create(invocation& in, const create_arguments& args);
int server_list(invocation& in, const list_arguments& args);
int server_show(invocation& in, const show_arguments& args);
int server_delete(invocation& in, const delete_arguments& args);
int server_resume(invocation& in);
int server_ssh(invocation& in, const ssh_arguments& args);

// server create with all that comes before and after it.
int create_flow(invocation& in, create_arguments args);

int auth_set(invocation& in, const auth_set_arguments& args);
int auth_status(invocation& in);
int auth_clear(invocation& in);

int contract_accept(invocation& in, const contract_accept_arguments& args);
int contract_end(invocation& in, const contract_end_arguments& args);
int contract_list(invocation& in, const contract_list_arguments& args);
int contract_show(invocation& in, const contract_show_arguments& args);
int provider_set(invocation& in, const provider_set_arguments& args);
int provider_show(invocation& in, const provider_show_arguments& args);
int offering_define(invocation& in, const offering_define_arguments& args);
int offering_list(invocation& in, const offering_list_arguments& args);
int offering_show(invocation& in, const offering_show_arguments& args);
int catalog(invocation& in, const catalog_arguments& args);
int audit(invocation& in, const audit_arguments& args);
int secrets_rotate(invocation& in, const rotate_arguments& args);

// The server verbs through a daemon.
int remote_create(invocation& in, const create_arguments& args);
int remote_list(invocation& in, const list_arguments& args);
int remote_show(invocation& in, const show_arguments& args);
int remote_delete(invocation& in, const delete_arguments& args);

// Checks what every other verb takes for granted, so it reads the settings itself.
int doctor(const arguments& typed, const composition::environment& environment, terminal& out);

// A list with nothing in it, because nobody has made the database yet.
int nothing_yet(invocation& in, const std::string& what);

// Who typed this, for the log: "cli:alice".
std::string actor_name();

// Says what went wrong and returns the exit code for it.
inline int complain(terminal& out, const error& e) {
    out.complain(e.message);
    return exit_code_of(e.kind);
}

}  // namespace slipway::cli
