// The developer's verbs as CLI11 is told of them. A verb's callback puts what was typed into `to`.
#include "adapters/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace slipway::cli {

void add_kamal_options(CLI::App& create, kamal_arguments& to) {
    auto* file = create.add_option("--kamal", to.file, "Kamal's file to put the address into (config/deploy.yml)");
    file->option_text("FILE");
    auto* host = create.add_option("--kamal-host", to.instead_of, "The host in it that the VM replaces");
    host->option_text("OLD");
    auto* none = create.add_flag("--no-kamal", to.none, "Leave config/deploy.yml as it is");
    none->excludes(file)->excludes(host);
}

void add_ssh_verb(CLI::App& server, verb_arguments& to) {
    auto typed = std::make_shared<ssh_arguments>();
    CLI::App* ssh = server.add_subcommand("ssh", "Log in to a VM, with the host key that was recorded and no other");
    ssh->add_option("VM", typed->vm, "Name or id")->required();
    ssh->add_option("COMMAND", typed->command, "What to run there, behind -- (a shell)");
    ssh->callback([typed, &to] { to = *typed; });
}

void add_auth_verbs(CLI::App& app, verb_arguments& to) {
    CLI::App* auth = app.add_subcommand("auth", "The Hetzner token kept for you: set, status, clear");
    auth->require_subcommand(1);
    auto typed = std::make_shared<auth_set_arguments>();
    CLI::App* set = auth->add_subcommand("set", "Ask for a token, check it with Hetzner, and keep it");
    set->add_flag("--token-stdin", typed->token_stdin, "Read the token from stdin");
    set->callback([typed, &to] { to = *typed; });
    auth->add_subcommand("status", "Say where the token comes from, and whether Hetzner takes it")->callback([&to] {
        to = auth_status_arguments{};
    });
    auth->add_subcommand("clear", "Delete the token that is kept")->callback([&to] { to = auth_clear_arguments{}; });
}

}  // namespace slipway::cli
