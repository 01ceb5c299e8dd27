#include "adapters/cli/verb_table.hpp"

#include "adapters/cli/verbs.hpp"

#include <algorithm>
#include <array>

namespace slipway::cli {

namespace {

struct verb_group {
    std::string_view name;
    std::string_view help;
};

constexpr std::array groups{
    verb_group{"server", "VMs: create, list, show, delete, ssh, resume, defaults"},
    verb_group{"auth", "The Hetzner token kept for you: set, status, clear"},
    verb_group{"contract", "Contracts: accept, list, show, cancel, retry-termination"},
    verb_group{"provider", "Providers and their Hetzner tokens: set, show, check"},
    verb_group{"offering", "What providers sell: define, list, show"},
    verb_group{"catalog", "What Hetzner has: locations, server types, images, networks, keys, firewalls"},
    verb_group{"secrets", "The key that seals tokens: rotate"},
};

constexpr std::array verbs{
    verb_row{"server", "create", "Create a VM and wait until it is in your hands", &server_create},
    verb_row{"server", "list", "List VMs", &server_list},
    verb_row{"server", "show", "Show one VM", &server_show},
    verb_row{"server", "delete", "Delete a VM: its server, and its SSH key if slipway put it there", &server_delete},
    verb_row{"server", "resume", "Go on with every VM that an interrupted slipway left unfinished", &server_resume},
    verb_row{"server", "ssh", "Log in to a VM, with the host key that was recorded and no other", &server_ssh},
    verb_row{"server", "defaults", "What new VMs take where the project has several networks, firewalls or keys",
             &server_defaults},
    verb_row{"auth", "set", "Ask for a token, check it with Hetzner, and keep it", &auth_set},
    verb_row{"auth", "status", "Say where the token comes from, and whether Hetzner takes it", &auth_status},
    verb_row{"auth", "clear", "Delete the token that is kept", &auth_clear},
    verb_row{"contract", "accept", "Accept a contract and wait until its VM is usable", &contract_accept},
    verb_row{"contract", "list", "List contracts", &contract_list},
    verb_row{"contract", "show", "Show one contract", &contract_show},
    verb_row{"contract", "cancel", "Cancel a contract: its VM is deleted", &contract_cancel},
    verb_row{"contract", "retry-termination", "Try again to delete what a contract that ended has left",
             &contract_retry_termination},
    verb_row{"provider", "set", "Set a provider up, or replace its token", &provider_set},
    verb_row{"provider", "show", "Show a provider, never its token", &provider_show},
    verb_row{"provider", "check", "Ask Hetzner whether the token works", &provider_check},
    verb_row{"offering", "define", "Define an offering, or replace it", &offering_define},
    verb_row{"offering", "list", "List offerings", &offering_list},
    verb_row{"offering", "show", "Show one offering", &offering_show},
    verb_row{"catalog", "locations", "List locations", &catalog_locations},
    verb_row{"catalog", "server-types", "List server-types", &catalog_server_types},
    verb_row{"catalog", "images", "List images", &catalog_images},
    verb_row{"catalog", "networks", "List networks", &catalog_networks},
    verb_row{"catalog", "ssh-keys", "List ssh-keys", &catalog_ssh_keys},
    verb_row{"catalog", "firewalls", "List firewalls", &catalog_firewalls},
    verb_row{"", "audit", "Find servers nobody needs any more, and those that vanished", &audit},
    verb_row{"secrets", "rotate", "Seal all tokens under a new key; slipwayd must be stopped", &secrets_rotate},
    verb_row{"", "doctor", "Check configuration, token, database, clock and reachability", &doctor},
    verb_row{"", "top", "Show the fleet at the terminal, as it changes; q ends it", &top},
    verb_row{"", "dashboard", "Show the web page for the database or daemon at hand, by a link that works once", &dashboard},
    verb_row{"", "dev", "Try slipway: a simulated Hetzner with SSH, slipwayd and the web page, gone when it ends", &dev},
    verb_row{"", "docs", "Show the reference: backup, comparison, configuration, recipes", &docs},
    verb_row{"", "completion", "Print the script that lets a shell complete slipway's words", &shell_completion},
};

constexpr bool is_group(std::string_view name) {
    return std::any_of(groups.begin(), groups.end(), [&](const verb_group& group) { return group.name == name; });
}
static_assert(std::all_of(verbs.begin(), verbs.end(), [](const verb_row& row) { return row.group.empty() || is_group(row.group); }),
              "a verb is in a group that has no row");

}  // namespace

std::span<const verb_row> all_verbs() { return verbs; }

std::string_view help_of_group(std::string_view name) {
    for (const verb_group& group : groups)
        if (group.name == name) return group.help;
    return {};
}

}  // namespace slipway::cli
